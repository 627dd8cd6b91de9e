"""The wait for work by hand: until a person says how it went, until its time is over, or until the deployment is aborted."""

from datetime import datetime, timedelta

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.manual_step import ManualStep
from orchestrator.policy.course.steps import Record, Step, WaitForPerson

CHOICES = ("step done", "step failed", "abort")


def manual_step_of(d: Deployment, attempt: Attempted) -> ManualStep:
    """The step of the plan that an attempt by hand is of. Raises ValueError for another attempt."""
    step = d.plan.stage_of(d.waves[attempt.wave]).manual_for(attempt.purpose)
    if step is None:
        raise ValueError(f"{attempt.attempt} is no work by hand")
    return step


def due_of(d: Deployment, attempt: Attempted) -> datetime | None:
    """When the work must be done; None where the plan says nothing."""
    within = manual_step_of(d, attempt).within
    return attempt.intended_at + timedelta(seconds=within) if within is not None else None


def is_overdue(d: Deployment, now: datetime) -> bool:
    """Work by hand is late, and that is not on the journal yet."""
    attempt = d.open_attempt
    if attempt is None or not attempt.manual or attempt.overdue is not None:
        return False
    due = due_of(d, attempt)
    return due is not None and due <= now


def by_hand(d: Deployment, attempt: Attempted, now: datetime) -> Step:
    """What follows while people are at work. An abort does not wait for them: what they did is unknown then."""
    if d.driving.aborting is not None and attempt.purpose == "deploy":
        reason = f"aborted by {d.driving.aborting} while {manual_step_of(d, attempt).who} was at work"
        return Record(e.AttemptLost(attempt=attempt.attempt, reason=reason))
    step, due = manual_step_of(d, attempt), due_of(d, attempt)
    if due is not None and is_overdue(d, now):
        ends = step.then == "back out" and attempt.purpose == "deploy"
        return Record(
            e.StepOverdue(attempt=attempt.attempt, due=due, escalate_to=step.escalate_to, ends=ends)
        )
    return WaitForPerson(wait_words(d, attempt), CHOICES)


def wait_words(d: Deployment, attempt: Attempted) -> str:
    """Who is awaited for what, such as `Acme does by hand: open port 8443; confirmed by service owner`."""
    step, due = manual_step_of(d, attempt), due_of(d, attempt)
    until = f", until {due:%Y-%m-%d %H:%M} UTC" if due is not None else ""
    late = (
        f"; overdue, told to {step.escalate_to}" if attempt.overdue is not None and step.escalate_to else ""
    )
    late = late or ("; overdue" if attempt.overdue is not None else "")
    what = "takes back by hand" if attempt.purpose == "backout" else "does by hand"
    return f"{step.who} {what}: {step.instruction} ({d.waves[attempt.wave].name}{until}{late})"
