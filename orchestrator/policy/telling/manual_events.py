"""What events of work by hand say."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Counts
from orchestrator.policy.telling.step_changes import Begin, End
from orchestrator.policy.telling.teller import Telling, at, attempt_of, telling_of, wave_name
from orchestrator.policy.telling.timeline import Result


def begun_by_hand(event: e.AttemptIntended, d: Deployment) -> Telling:
    """Work by hand begins."""
    step = d.plan.stage_of(d.waves[event.wave]).manual_for(event.purpose)
    who, what = (step.who, step.instruction) if step is not None else ("somebody", "")
    begin = Begin(event.purpose, f"by hand: {who}", event.wave, event.hosts, event.attempt)
    back = " takes back" if event.purpose == "backout" else ""
    return Telling(at(wave_name(d, event.wave), f"by hand, {who}{back}: {what} ({event.attempt})"), (begin,))


@telling_of.register
def _step_answered(event: e.StepAnswered, d: Deployment, counts: Counts) -> Telling:
    attempt = attempt_of(d, event.attempt)
    files = f" ({', '.join(each.name for each in event.attached)})" if event.attached else ""
    words = f"{event.result}, by {event.by} as {event.role}: {event.note}{files}"
    result: Result = "passed" if event.result == "done" else "failed"
    end = End((attempt.purpose,), result, words)
    lines = at(wave_name(d, attempt.wave), f"by hand: {words}")
    return Telling(lines, (end,), beside=True, decision="answered by hand")


@telling_of.register
def _step_overdue(event: e.StepOverdue, d: Deployment, counts: Counts) -> Telling:
    attempt = attempt_of(d, event.attempt)
    escalation = f"; told to {event.escalate_to}" if event.escalate_to else ""
    words = f"by hand: not confirmed by {event.due.astimezone():%Y-%m-%d %H:%M}{escalation}"
    steps = (End((attempt.purpose,), "failed", words),) if event.ends else ()
    return Telling(at(wave_name(d, attempt.wave), words), steps)
