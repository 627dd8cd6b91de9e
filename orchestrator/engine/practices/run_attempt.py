"""Attempts: playbook runs in a worker that outlives this process. Record the intent, then act, then record the outcome."""

from collections.abc import Iterable

from orchestrator.domain.deployment.attempts import Attempted, attempt_named
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest, Purpose, RunWay
from orchestrator.domain.evidence.attempt_sighting import Sighting
from orchestrator.domain.journal.driver_name import driver_named
from orchestrator.domain.journal.events import (
    AttemptAdopted,
    AttemptEnded,
    AttemptIntended,
    AttemptLost,
    DeploymentHeld,
)
from orchestrator.domain.plan.ssh_config_text import first_words, plain_run_config, run_config
from orchestrator.domain.plan.ssh_way import STRAIGHT
from orchestrator.domain.plan.target import Target, acts_on_controller, library_keys_of
from orchestrator.domain.text.model_base import Variables
from orchestrator.engine import disk_space
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.practices import confirm_untouched, starved
from orchestrator.engine.practices.authorise_wave import changed_in_copy, changes_of_copy
from orchestrator.errors import Refused, StoreFault
from orchestrator.policy.course.epochs import known_epochs
from orchestrator.policy.course.steps import FollowAttempt, RunAttempt

POLL = 0.25
"""Seconds between looks at an open attempt and the journal; the end of an attempt is noticed at once."""

_REMOVED = "its folder was removed, and with it how it ended"


def begin(context: DriveContext, step: RunAttempt) -> None:
    """Put the intent on the journal, then start the worker; a driver that dies in between finds it `absent`.

    No wave starts without enough disk space; a backout gets its reserved space and starts in any case.
    """
    storage = context.ports.storage
    stage = context.deployment.plan.stage_of(context.deployment.waves[step.wave])
    if stage.manual_for(step.purpose) is not None:
        intent = AttemptIntended(
            attempt=step.attempt, purpose=step.purpose, wave=step.wave, hosts=step.hosts, manual=True
        )
        context.journal.decide(intent)
        return
    if step.purpose == "backout":
        disk_space.make_room_for_backout(storage, context.deployment)
    elif (reason := disk_space.lacking(storage, context.deployment)) is not None:
        context.journal.note(DeploymentHeld(reason=reason, by="orch"))
        return
    part = stage if step.purpose == "deploy" else stage.backout
    shut_off = context.ports.playbooks.isolation(
        context.deployment.plan.resources.execution_environment,
        acts_here=acts_on_controller(part.allow.delegates, context.targets(step.hosts)),
        zone=zone_of(context.deployment, step.hosts),
    )
    intent = AttemptIntended(
        attempt=step.attempt,
        purpose=step.purpose,
        wave=step.wave,
        hosts=step.hosts,
        epoch=context.ports.locks.next_epoch(),
        store=context.ports.locks.store(),
        repeated=step.repeated,
        isolation=shut_off.isolation,
        unisolated=shut_off.unisolated,
    )
    if context.journal.decide(intent):
        context.begun.add(step.attempt)
        _start(context, step.attempt)


def follow(context: DriveContext, step: FollowAttempt) -> None:
    """Look at an open attempt once: record its end, or wait a moment. An earlier driver's attempt is adopted first."""
    sighting = context.ports.playbooks.sight(step.attempt)
    if step.attempt not in context.begun:
        _adopt(context, step.attempt, sighting, never_begun=sighting.state == "absent" and not step.stop)
    elif starved.meets(context.deployment, step.attempt, sighting):
        starved.record(context, step.attempt, sighting)
    elif sighting.state == "finished" and sighting.outcome is not None:
        changed = changed_in_copy(context, _purpose_of(context.deployment, step.attempt))
        outcome = confirm_untouched.confirmed(context, sighting.outcome)
        context.journal.note(AttemptEnded(outcome=outcome, changed_in_copy=changed))
    elif sighting.removed or (sighting.state == "absent" and not step.stop):
        _stop_begun(context, step.attempt, _REMOVED)
    elif sighting.state == "dead":
        # The worker is gone, but ansible-playbook, which it started, can still be changing hosts.
        _stop(context, step.attempt, "its worker ended without an outcome")
    elif step.stop:
        _stop(context, step.attempt, _why_stopped(context.deployment))
    else:
        context.ports.playbooks.await_end(step.attempt, context.ports.clock, POLL)
        context.journal.refresh()


def _adopt(context: DriveContext, attempt: str, sighting: Sighting, *, never_begun: bool) -> None:
    if never_begun:
        _refuse_of_another_machine(context.deployment, attempt)
    context.begun.add(attempt)
    context.journal.note(AttemptAdopted(attempt=attempt, found=sighting.state))
    if never_begun:
        _start_what_was_intended(context, attempt)


def _start_what_was_intended(context: DriveContext, attempt: str) -> None:
    """Start an attempt that an earlier driver intended, perhaps long ago, unless the private copy has changed since."""
    purpose = _purpose_of(context.deployment, attempt)
    if context.deployment.private_copy.folder is not None and changes_of_copy(context, purpose):
        changed = "the private copy was changed before its worker was started"
        context.journal.note(AttemptLost(attempt=attempt, reason=changed, started=False))
    else:
        _start(context, attempt)


def _start(context: DriveContext, attempt: str) -> None:
    request = request_of(context.deployment, attempt)
    context.confirm_claim()
    try:
        context.ports.playbooks.start(request)
    except StoreFault:
        if request.purpose != "backout" or not context.ports.storage.release(context.deployment.id):
            raise
        context.ports.playbooks.start(request)


def _purpose_of(d: Deployment, attempt: str) -> Purpose:
    return next(a.purpose for a in d.attempts if a.attempt == attempt)


def _refuse_of_another_machine(d: Deployment, attempt: str) -> None:
    """Refuse to start an attempt of another machine: absent here, it may run there, and would run twice."""
    elsewhere = _another_machine(d, attempt)
    if elsewhere:
        raise Refused(
            f"{attempt} was begun on {elsewhere}, and what became of it cannot be seen from here. Nothing was started. "
            f"Go on with orch resume {d.id} there, or, where that machine is gone for good, back out: "
            f"orch abort {d.id} --reason WHY."
        )


def _another_machine(d: Deployment, attempt: str) -> str:
    """The machine whose driver began the attempt, if it is not this driver's machine; else empty."""
    begun = driver_named(next(a.driver for a in d.attempts if a.attempt == attempt)).machine
    here = driver_named(d.driving.driver).machine
    return begun if begun and here and begun != here else ""


def _why_stopped(d: Deployment) -> str:
    return "stopped by the emergency stop" if d.driving.stopped is not None else "stopped on abort"


def _stop(context: DriveContext, attempt: str, reason: str) -> None:
    """End the attempt's processes on this machine; the journal says lost only when none is left."""
    elsewhere = _another_machine(context.deployment, attempt)
    if elsewhere and context.ports.playbooks.sight(attempt).state == "absent":
        unseen = f"{reason}; it was begun on {elsewhere}, which cannot be seen from here"
        context.journal.note(AttemptLost(attempt=attempt, reason=unseen))
    elif context.ports.playbooks.sight(attempt).state == "absent":
        unstarted = f"{reason}, before its worker was started"
        context.journal.note(AttemptLost(attempt=attempt, reason=unstarted, started=False))
    else:
        _stop_begun(context, attempt, reason)


def _stop_begun(context: DriveContext, attempt: str, reason: str) -> None:
    """The same for an attempt that was begun."""
    on_record = attempt_named(context.deployment.attempts, attempt)
    if context.ports.playbooks.stop(attempt, on_record.isolation):
        changed = changed_in_copy(context, _purpose_of(context.deployment, attempt))
        left = context.ports.playbooks.sight(attempt).outcome
        acted_on, opened = (left.acted_on, left.opened) if left is not None else ((), ())
        context.journal.note(
            AttemptLost(
                attempt=attempt, reason=reason, changed_in_copy=changed, acted_on=acted_on, opened=opened
            )
        )
    else:
        context.ports.clock.sleep(POLL)
        context.journal.refresh()


def request_of(d: Deployment, attempt: str) -> AttemptRequest:
    """The attempt's request, made from the journal alone, so that every driver makes the same one."""
    attempted = next(a for a in d.attempts if a.attempt == attempt)
    hosts = frozenset(attempted.hosts)
    plan = d.plan
    stage = plan.stage_of(d.waves[attempted.wave])
    part = stage if attempted.purpose == "deploy" else stage.backout
    vault = plan.resources.vault_password_file
    other = d.backout.replacement if d.backout is not None and attempted.purpose == "backout" else None
    other = other if other is not None and other.stage == stage.name else None
    return AttemptRequest(
        attempt=attempt,
        deployment=d.id,
        purpose=attempted.purpose,
        playbook=f"{other.folder}/{other.playbook}" if other else d.place_of(part.playbook),
        project=other.folder if other else d.workplace,
        inventory=d.place_of(plan.resources.inventory),
        hosts=attempted.hosts,
        variables={**stage.variables, **part.variables, "orch": _orch_variables(d, attempted)},
        allowance=part.allow,
        tags=part.tags,
        skip_tags=part.skip_tags,
        task_timeout=part.task_timeout,
        run_timeout=part.run_timeout,
        forks=stage.forks,
        vault_password_file=d.place_of(vault) if vault else None,
        # A backout uses plain Ansible, the best-proven way.
        accelerate=plan.strategy.accelerate if attempted.purpose == "deploy" else None,
        epoch=attempted.epoch,
        store=attempted.store,
        known=known_epochs(d, attempted),
        repeated=attempted.repeated,
        house=d.authority.house,
        fleet={t.host: t.place for t in d.targets},
        playbooks=tuple(d.place_of(name) for name in plan.playbooks),
        pass_environment=plan.resources.pass_environment,
        ingredients=(*plan.resources.ingredients, *(part.place for part in d.private_copy.installed)),
        origin=d.project,
        outputs=plan.resources.outputs,
        foreseen=d.private_copy.foreseen,
        addresses={t.host: t.place for t in d.targets if t.host in hosts},
        without_ssh={t.host: t.through.identity for t in d.targets if t.host in hosts and t.through},
        machines={b.host: b.machine_id for b in d.preparation.baselines.values() if b.host in hosts},
        machines_beside={
            b.host: b.machine_id for b in d.preparation.baselines.values() if b.host not in hosts
        },
        known_hosts=(known_hosts := next((t.known_hosts for t in d.targets if t.known_hosts), None)),
        ways=ways_of(d.targets, known_hosts),
        plain_way=plain_run_config(known_hosts),
        isolation=attempted.isolation,
        private_keys=tuple(dict.fromkeys(t.private_key for t in d.targets if t.private_key)),
        execution_environment=plan.resources.execution_environment or "",
        library_keys=library_keys_of(t for t in d.targets if t.host in hosts),
        zone=zone_of(d, attempted.hosts),
    )


def zone_of(d: Deployment, hosts: Iterable[str]) -> str:
    """The zone of these hosts, which the check of the plan holds to be one; empty where they have none."""
    among = frozenset(hosts)
    return next((t.zone for t in d.targets if t.host in among and t.zone), "")


def ways_of(targets: Iterable[Target], known_hosts: str | None) -> dict[str, RunWay]:
    """The ways of the targets for which OpenSSH's own defaults and the pinned keys of the run do not do, by place."""
    return {
        f"{target.address}:{target.port}": RunWay(config=run_config(target), first=first_words(target))
        for target in targets
        if target.through is None and (target.way != STRAIGHT or target.known_hosts != known_hosts)
    }


def _orch_variables(d: Deployment, attempted: Attempted) -> Variables:
    """The value of the variable `orch` in playbooks."""
    release, wave = d.plan.release, d.waves[attempted.wave]
    return {
        "deployment": d.id,
        "attempt": attempted.attempt,
        "purpose": attempted.purpose,
        "release": {"name": release.name, "version": release.version},
        "units": {
            unit.name: {
                "version": unit.version,
                "artefact": d.place_of(unit.place),
                "sha256": unit.sha256,
            }
            for unit in release.units
        },
        "wave": {"number": wave.number, "name": wave.name},
        "stage": wave.stage or "",
    }
