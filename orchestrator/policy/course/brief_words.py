"""The state of a deployment in a list, in a few words, and its colour."""

from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.lifecycle import TAKEN_BACK, State
from orchestrator.policy.course.follow_up import review_overdue, short_words
from orchestrator.policy.course.post_review import overdue_after_the_end
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.telling.ends import Tone


def waiting_words(d: Brief, now: datetime, rehearsal: Deployment | None = None) -> str:
    """What it waits for a person to do: decide while it is open, sign off or review afterwards; empty for nothing."""
    waiting = "stopped" if d.stopped else "held" if d.held else "paused" if d.paused else ""
    if d.over:
        waiting = short_words(d, now)
    if rehearsal is not None:
        waiting = ", ".join(filter(None, (rehearsal_words(rehearsal), waiting)))
    return waiting


def state_words(d: Brief, now: datetime, rehearsal: Deployment | None = None) -> str:
    """The state, with what it waits for."""
    waiting = waiting_words(d, now, rehearsal)
    return f"{d.state.value} ({waiting})" if waiting else d.state.value


def rehearsal_words(d: Deployment) -> str:
    """The result of a rehearsal, in words."""
    if not d.over:
        return "rehearsal"
    return "rehearsal failed" if faults_of_part(d) else "as rehearsed"


def overdue(d: Brief, now: datetime) -> bool:
    """A review or an action after the end should have been done by now."""
    return d.over and (review_overdue(d, now) or bool(overdue_after_the_end(d, now)))


def tone_of_brief(d: Brief, now: datetime, rehearsal: Deployment | None = None) -> Tone:
    """The colour in a list: bad where it is not deployed or something is overdue, good where nothing is left to do."""
    if overdue(d, now):
        return "bad"
    if rehearsal is not None and rehearsal.over and not faults_of_part(rehearsal):
        return "good"
    if d.state is State.COMPLETED and rehearsal is None and not short_words(d, now):
        return "good"
    return "bad" if d.state in TAKEN_BACK or d.state is State.REFUSED else "care"
