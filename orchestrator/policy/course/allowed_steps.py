"""Steps that need authority: admission before the start, and authorisation before each attempt."""

from datetime import datetime
from typing import Literal

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.authorisation import Unadmitted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import unapproved
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.text.format import counted
from orchestrator.policy.course.steps import Perform, Record, RunAttempt, Step, WaitForPerson, WaitUntil

CHOICES = ("approve", "resume", "abort")


def awaiting_approval(d: Deployment, now: datetime) -> Step:
    """Admission is checked; where it was refused, the step is the wait for what is missing."""
    if d.authority.effective is not None:
        return _asked(d, now)
    required = d.plan.approval.required
    if required:
        return WaitForPerson(f"approval by {', '.join(required)}", ("deploy --approved-by",))
    return Record(e.Approved(basis=f"the plan asks for no approval; started by {d.by}"))


def scheduled(d: Deployment, now: datetime) -> Step:
    """The scheduled start, then admission; for a journal without an effective plan, only the plan's window."""
    if d.schedule.starts is not None and now < d.schedule.starts:
        return WaitUntil(d.schedule.starts, "it is to start")
    if d.authority.effective is not None:
        return _asked(d, now)
    window = d.plan.schedule.window
    if window is not None and now < window.opens:
        return WaitUntil(window.opens, "the window opens")
    if window is not None and now >= window.closes:
        return Record(e.DeploymentRefused(stage="window", reasons=(closed_words(d),)))
    return Record(e.WindowOpened(basis=window_words(d)))


def window_words(d: Deployment) -> str:
    """The plan's window, or a statement that there is none."""
    window = d.plan.schedule.window
    if window is None:
        return "the plan declares no window"
    return f"{window.opens.isoformat()} to {window.closes.isoformat()}"


def closed_words(d: Deployment) -> str:
    """The statement that the plan's window is over."""
    window = d.plan.schedule.window
    return f"the window closed at {window.closes.isoformat()}" if window is not None else ""


def authorised_first(d: Deployment, step: Step) -> Step:
    """No attempt starts without an authorisation; without a private copy nothing can be re-checked."""
    if not isinstance(step, RunAttempt) or d.private_copy.folder is None:
        return step
    authorised = d.authority.authorised
    if authorised is not None and (authorised.wave, authorised.purpose) == (step.wave, step.purpose):
        return step
    return Perform("authorise_wave", wave=step.wave, hosts=step.hosts, purpose=step.purpose)


def not_authorised(d: Deployment) -> Step | None:
    """What follows where an attempt is not authorised."""
    refusal = d.authority.unauthorised
    if refusal is None:
        return None
    reason = "; ".join(refusal.reasons)
    if refusal.then == "refuse":
        uncarried = d.ticket.seen is not None and bool(d.ticket.seen.lacks)
        stage: Literal["approval", "window"] = "approval" if uncarried else "window"
        return Record(e.DeploymentRefused(stage=stage, reasons=refusal.reasons))
    if refusal.then == "back out":
        codes = (Ground(code="backout.not_authorised"),)
        return Record(e.BackoutBegan(hosts=d.touched_hosts, reason=reason, by="orch", reasons=codes))
    return Record(e.DeploymentHeld(reason=reason, by="orch"))


def unapproved_run(d: Deployment) -> Step | None:
    """The last run may have run unapproved files: only a person may decide what follows (docs/adr/0017)."""
    attempts = unapproved(d.attempts, d.standings)
    if not attempts or d.state is State.BACKING_OUT:
        return None
    last = attempts[-1]
    reason = (
        f"what ran may not be what was approved: when {last.attempt} ended on {counted(len(last.hosts), 'host')}, what "
        f"it ran from was no longer that: {'; '.join(last.changed_in_copy)}; see what is on "
        f"{'that host' if len(last.hosts) == 1 else 'those hosts'}, and make it what was approved (files of {d.project} are "
        "copied again) before you retry: then it is run there again"
    )
    return Record(e.DeploymentHeld(reason=reason, by="orch"))


def _asked(d: Deployment, now: datetime) -> Step:
    refusal = d.authority.unadmitted
    if refusal is None:
        return Perform("admit")
    if refusal.opens is None:
        return WaitForPerson(waiting_words(refusal), CHOICES)
    return WaitUntil(refusal.opens, "it opens") if now < refusal.opens else Perform("admit")


def waiting_words(refusal: Unadmitted) -> str:
    """What the deployment waits for; in few words where it is approvals alone."""
    if all(reason.code == "approval.missing" for reason in refusal.reasons):
        return f"approval by {', '.join(reason.about for reason in refusal.reasons)}"
    return "; ".join(str(reason) for reason in refusal.reasons)
