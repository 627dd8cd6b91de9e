"""What people say in the review after a deployment; the record closes with it, where nothing else is open."""

from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.review_asked import may_be_reviewed
from orchestrator.domain.journal import events as e
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.engine.use_cases.signed_words import closed_where_done
from orchestrator.errors import Refused, UsageFault
from orchestrator.policy.course.post_review import review_gaps
from orchestrator.policy.telling.words.review_words import GAP_WORDS

Said = e.PostReviewAnswered | e.SatisfactionGiven | e.ActionAgreed


def begin(ports: Ports, d: Deployment, *, due: datetime | None, by: str) -> Deployment:
    """Put on the journal that the review begins. Raises Refused where there is nothing to review, or it has begun."""
    if not may_be_reviewed(d):
        raise Refused(
            f"{d.id} is {d.state.value}: only a release that is over and touched hosts is reviewed."
        )
    if d.post_review.opened is not None:
        raise Refused(f"The review of {d.id} has begun already: orch pir show {d.id}.")
    return signal(ports, d.id, e.PostReviewOpened(due=due, by=by))


def say(ports: Ports, d: Deployment, event: Said) -> Deployment:
    """Put an answer, a satisfaction or an action on the journal. Raises Refused before the review begins, and after its end."""
    _refuse_unless_open(d)
    return signal(ports, d.id, event)


def close(ports: Ports, d: Deployment, *, reason: str, by: str) -> Deployment:
    """Close the review, and the record where nothing else is open. Raises Refused with everything that is missing."""
    _refuse_unless_open(d)
    missing = ", ".join(GAP_WORDS[gap.question] for gap in review_gaps(d))
    if missing:
        raise Refused(f"The review of {d.id} lacks {missing}: orch pir show {d.id}. Nothing was closed.")
    d = signal(ports, d.id, e.PostReviewClosed(reason=reason, by=by))
    return closed_where_done(ports, d, by=by)


def say_action_done(ports: Ports, d: Deployment, number: int, *, note: str, by: str) -> Deployment:
    """Put on the journal that an action is done; `number` counts from 1. Raises UsageFault, Refused where it is done."""
    actions = d.post_review.actions
    if not actions:
        raise Refused(f"No action is agreed for {d.id}.")
    if not 1 <= number <= len(actions):
        raise UsageFault(
            f"Expected an action from 1 to {len(actions)}, found {number}: orch pir show {d.id}."
        )
    if actions[number - 1].done is not None:
        raise Refused(f"Action {number} of {d.id} is done already.")
    return signal(ports, d.id, e.ActionDone(number=number - 1, note=note, by=by))


def _refuse_unless_open(d: Deployment) -> None:
    if d.post_review.opened is None:
        raise Refused(f"The review of {d.id} has not begun: orch pir open {d.id}.")
    if d.post_review.closed is not None:
        raise Refused(f"The review of {d.id} is closed, by {d.post_review.closed.by}.")
