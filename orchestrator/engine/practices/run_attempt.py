"""Attempts: a playbook run in a worker that outlives this process. Intent first, then the act, then its outcome."""

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest, Purpose
from orchestrator.domain.journal.events import (
    AttemptAdopted,
    AttemptEnded,
    AttemptIntended,
    AttemptLost,
    DeploymentHeld,
)
from orchestrator.domain.text.model_base import Variables
from orchestrator.engine import disk_space
from orchestrator.engine.drive_context import Work
from orchestrator.engine.practices import confirm_untouched
from orchestrator.engine.practices.authorise_wave import changed_in_copy, changes_of_copy
from orchestrator.errors import Refused, StoreFault
from orchestrator.policy.course.epochs import known_epochs
from orchestrator.policy.course.steps import FollowAttempt, RunAttempt

POLL = 0.25
"""Seconds between looks at an open attempt and at the journal; the attempt's own end is noticed at once."""


def begin(work: Work, step: RunAttempt) -> None:
    """Put the intent on the journal, then start the worker; a driver that dies in between finds it `absent`.

    Without room on the disk no wave is begun; a backout gets what was held back for it, and is begun in any case.
    """
    storage = work.ports.storage
    if step.purpose == "backout":
        disk_space.make_room_for_backout(storage, work.deployment)
    elif (reason := disk_space.lacking(storage, work.deployment)) is not None:
        work.chronicle.note(DeploymentHeld(reason=reason, by="orch"))
        return
    intent = AttemptIntended(
        attempt=step.attempt,
        purpose=step.purpose,
        wave=step.wave,
        hosts=step.hosts,
        epoch=work.ports.locks.next_epoch(),
        repeated=step.repeated,
    )
    if work.chronicle.decide(intent):
        work.begun.add(step.attempt)
        _start(work, step.attempt)


def follow(work: Work, step: FollowAttempt) -> None:
    """One look at an open attempt: take its end, or wait a moment. An attempt of an earlier driver is adopted first."""
    sighting = work.ports.playbooks.sight(step.attempt)
    if step.attempt not in work.begun:
        never_begun = sighting.state == "absent" and not step.stop
        if never_begun:
            _refuse_of_another_machine(work.deployment, step.attempt)
        work.begun.add(step.attempt)
        work.chronicle.note(AttemptAdopted(attempt=step.attempt, found=sighting.state))
        if never_begun:
            _start_what_was_intended(work, step.attempt)
        return
    if sighting.state == "finished" and sighting.outcome is not None:
        changed = changed_in_copy(work, _purpose_of(work.deployment, step.attempt))
        outcome = confirm_untouched.confirmed(work, sighting.outcome)
        work.chronicle.note(AttemptEnded(outcome=outcome, changed_in_copy=changed))
    elif sighting.state == "dead":
        # The worker is gone, what it started may not be: ansible-playbook can still be changing hosts.
        _stop(work, step.attempt, "its worker ended without an outcome")
    elif step.stop:
        _stop(work, step.attempt, _why_stopped(work.deployment))
    else:
        work.ports.playbooks.await_end(step.attempt, work.ports.clock, POLL)
        work.chronicle.refresh()


def _start_what_was_intended(work: Work, attempt: str) -> None:
    """Leave was given to another driver, perhaps long ago: nothing is started from a copy that is another one now."""
    purpose = _purpose_of(work.deployment, attempt)
    if work.deployment.private_copy.folder is not None and changes_of_copy(work, purpose):
        changed = "the private copy was changed before its worker was started"
        work.chronicle.note(AttemptLost(attempt=attempt, reason=changed, started=False))
    else:
        _start(work, attempt)


def _start(work: Work, attempt: str) -> None:
    request = request_of(work.deployment, attempt)
    try:
        work.ports.playbooks.start(request)
    except StoreFault:
        if request.purpose != "backout" or not work.ports.storage.release(work.deployment.id):
            raise
        work.ports.playbooks.start(request)


def _purpose_of(d: Deployment, attempt: str) -> Purpose:
    return next(a.purpose for a in d.attempts if a.attempt == attempt)


def _refuse_of_another_machine(d: Deployment, attempt: str) -> None:
    """What is absent here may be at work there: started once more, it would run twice."""
    elsewhere = _another_machine(d, attempt)
    if elsewhere:
        raise Refused(
            f"{attempt} was begun on {elsewhere}, and what became of it cannot be seen from here. Nothing was started. "
            f"Go on with orch resume {d.id} there, or, where that machine is gone for good, back out: orch abort {d.id}."
        )


def _another_machine(d: Deployment, attempt: str) -> str:
    """The machine whose driver began the attempt, where it is not the one that drives now; else nothing."""
    begun = next(a.driver for a in d.attempts if a.attempt == attempt).rpartition(":")[0]
    here = (d.driving.driver or "").rpartition(":")[0]
    return begun if begun and here and begun != here else ""


def _why_stopped(d: Deployment) -> str:
    return "stopped by the emergency stop" if d.driving.stopped is not None else "stopped on abort"


def _stop(work: Work, attempt: str, reason: str) -> None:
    """End the attempt's processes on this machine; the journal says lost only once none is left."""
    elsewhere = _another_machine(work.deployment, attempt)
    if elsewhere and work.ports.playbooks.sight(attempt).state == "absent":
        unseen = f"{reason}; it was begun on {elsewhere}, which cannot be seen from here"
        work.chronicle.note(AttemptLost(attempt=attempt, reason=unseen))
    elif work.ports.playbooks.sight(attempt).state == "absent":
        unstarted = f"{reason}, before its worker was started"
        work.chronicle.note(AttemptLost(attempt=attempt, reason=unstarted, started=False))
    elif work.ports.playbooks.stop(attempt):
        changed = changed_in_copy(work, _purpose_of(work.deployment, attempt))
        work.chronicle.note(AttemptLost(attempt=attempt, reason=reason, changed_in_copy=changed))
    else:
        work.ports.clock.sleep(POLL)
        work.chronicle.refresh()


def request_of(d: Deployment, attempt: str) -> AttemptRequest:
    """The attempt's request, made from the journal alone, so that it is the same whoever asks."""
    attempted = next(a for a in d.attempts if a.attempt == attempt)
    hosts = frozenset(attempted.hosts)
    plan = d.plan
    part = plan.strategy if attempted.purpose == "deploy" else plan.backout
    vault = plan.resources.vault_password_file
    return AttemptRequest(
        attempt=attempt,
        deployment=d.id,
        purpose=attempted.purpose,
        playbook=d.place_of(part.playbook),
        project=d.workplace,
        inventory=d.place_of(plan.resources.inventory),
        hosts=attempted.hosts,
        variables={**plan.strategy.variables, **part.variables, "orch": _orch_variables(d, attempted)},
        allowance=part.allow,
        task_timeout=part.task_timeout,
        run_timeout=part.run_timeout,
        forks=plan.strategy.forks,
        vault_password_file=d.place_of(vault) if vault else None,
        # A backout goes the way that is known best.
        accelerate=plan.strategy.accelerate if attempted.purpose == "deploy" else None,
        epoch=attempted.epoch,
        known=known_epochs(d, attempted),
        repeated=attempted.repeated,
        addresses={t.host: f"{t.address}:{t.port}" for t in d.targets if t.host in hosts},
        machines={b.host: b.machine_id for b in d.preparation.baselines.values() if b.host in hosts},
        known_hosts=next((t.known_hosts for t in d.targets if t.known_hosts), None),
    )


def _orch_variables(d: Deployment, attempted: Attempted) -> Variables:
    """What a playbook is told in the variable `orch`."""
    release, wave = d.plan.release, d.waves[attempted.wave]
    return {
        "deployment": d.id,
        "attempt": attempted.attempt,
        "purpose": attempted.purpose,
        "release": {"name": release.name, "version": release.version},
        "units": {
            unit.name: {
                "version": unit.version,
                "artefact": d.place_of(unit.artefact),
                "sha256": unit.sha256,
            }
            for unit in release.units
        },
        "wave": {"number": wave.number, "name": wave.name},
    }
