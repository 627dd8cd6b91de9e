"""Telling of what allowed a deployment, or did not: approvals, admission, and leave that was refused."""

from functools import singledispatch

from orchestrator.domain import events as e
from orchestrator.domain.events import Recorded
from orchestrator.policy.giving import DECISIONS
from orchestrator.policy.story import Result, StepName, Story, StoryStep


@singledispatch
def tell_of_authority(event: e.Event, story: Story, record: Recorded) -> None:
    """Add what an event of authority tells; the others tell nothing here."""


@tell_of_authority.register
def _approval_given(event: e.ApprovalGiven, story: Story, record: Recorded) -> None:
    approval = event.signed.approval
    result: Result = "failed" if approval.decision == "reject" else "passed"
    what = f" ({approval.overrides})" if approval.overrides else ""
    words = f"{DECISIONS[approval.decision]} by {approval.person} as {approval.role}{what}: {approval.reason}"
    story.add(StoryStep("approval", None, record.at, record.at, result, words))


@tell_of_authority.register
def _not_admitted(event: e.NotAdmitted, story: Story, record: Recorded) -> None:
    waits: StepName = "approval" if event.opens is None else "window"
    words = "; ".join(f"{reason.about}: {reason.found}" for reason in event.reasons)
    step = StoryStep(waits, None, record.at, record.at, "unknown", f"may not start yet: {words}")
    story.add(step)


@tell_of_authority.register
def _wave_authorised(event: e.WaveAuthorised, story: Story, record: Recorded) -> None:
    if event.restored:
        words = f"the private copy was put back as approved: {', '.join(event.restored)}"
        story.add(StoryStep("approval", event.wave, record.at, record.at, "passed", words))


@tell_of_authority.register
def _wave_not_authorised(event: e.WaveNotAuthorised, story: Story, record: Recorded) -> None:
    words = f"no leave for the {event.purpose} of the wave: {'; '.join(event.reasons)}"
    story.add(StoryStep("approval", event.wave, record.at, record.at, "failed", words))


@tell_of_authority.register
def _reviewed(event: e.Reviewed, story: Story, record: Recorded) -> None:
    words = f"reviewed by {event.by} as {event.role}: {event.reason}"
    story.add(StoryStep("approval", None, record.at, record.at, "passed", words))


@tell_of_authority.register
def _closed(event: e.Closed, story: Story, record: Recorded) -> None:
    words = f"closed by {event.by}: {event.basis}"
    story.add(StoryStep("approval", None, record.at, record.at, "passed", words))
