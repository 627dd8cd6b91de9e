"""The commands on a deployment: deploy, resume, roll back, and signals."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.calendar.schedule_of_change import PlannedStart
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.driver_name import DriverName
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.disk_space import refuse_without_room
from orchestrator.engine.drive import drive
from orchestrator.engine.host_locks import give_back
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.lost_history import refuse_lost_history
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Journal, Ports, Watcher
from orchestrator.engine.stop_in_force import refuse_while_stopped
from orchestrator.engine.use_cases.rollback_obstacles import (
    epochs_backed_out_since,
    epochs_of,
    obstacles_of,
    set_aside,
)
from orchestrator.errors import Conflict, Refused


def deploy(
    ports: Ports, plan_path: Path, *, by: str, approvals: Mapping[str, str], watch: Watcher
) -> Deployment:
    """Check the plan, open a deployment of it and drive it. Raises PlanFault, Refused, or Conflict if one is open already."""
    prepared = prepare_plan(ports, plan_path)
    refuse_while_stopped(ports.journal)
    refuse_second(ports.journal, prepared)
    refuse_without_room(ports.storage, len(prepared.targets), prepared.copy_size)
    given = named_approvals(ports, prepared, approvals)
    name = open_deployment(ports, prepared, by=by, approvals=given)
    for record in ports.journal.read(name):
        watch(record)
    return drive(ports, name, driver=_driver(), by=by, watch=watch, fresh=True)


def open_deployment(
    ports: Ports,
    prepared: PreparedPlan,
    *,
    by: str,
    approvals: tuple[e.GivenApproval, ...],
    start: PlannedStart | None = None,
    rehearsal: Rehearsal | None = None,
) -> str:
    """Put a new deployment on the journal with its approvals, and its start or what it rehearses. Returns its id.

    Raises StoreFault where the journal is an older copy.
    """
    refuse_lost_history(ports)
    name = _free_name(ports.journal, prepared, ports.clock.now())
    events: list[e.Event] = [planned(prepared, by=by, start=start, rehearsal=rehearsal), e.Submitted(by=by)]
    if approvals:
        named = ", ".join(f"{given.role}: {given.person}" for given in approvals)
        events.append(e.Approved(approvals=approvals, basis=f"named by {by} when starting ({named})"))
    ports.journal.append(name, 0, events)
    return name


def planned(
    prepared: PreparedPlan, *, by: str, start: PlannedStart | None = None, rehearsal: Rehearsal | None = None
) -> e.Planned:
    """The first event of a deployment of this plan; it is attended unless its start is scheduled."""
    event = e.Planned(
        plan=prepared.plan,
        plan_file=prepared.plan_file,
        plan_sha256=prepared.plan_sha256,
        project=prepared.project,
        targets=prepared.targets,
        waves=prepared.waves,
        by=by,
        policy=prepared.policy,
        model=prepared.model,
        change=prepared.plan.change_request,
        effective=prepared.effective,
        copy_size=prepared.copy_size,
        foreseen=prepared.foreseen,
        missed=prepared.plan.schedule.missed,
        rehearsal=rehearsal,
    )
    if start is None:
        return event
    ahead = {"mode": "scheduled", "starts": start.starts, "missed": start.missed, "machines": start.machines}
    return event.model_copy(update=ahead)


def resume(ports: Ports, deployment: str | None, *, by: str, watch: Watcher) -> Deployment:
    """Go on driving a deployment, adopting open attempts. Raises Conflict while another driver is alive.

    Raises Refused if it has touched nothing yet and the disk has too little space; one that has touched hosts continues
    until the next wave would start, or through its backout.
    """
    refuse_while_stopped(ports.journal)
    current = find(ports, deployment)
    if not (current.over or current.touched_hosts or current.driving.aborting is not None):
        refuse_without_room(
            ports.storage,
            len(current.targets),
            0 if current.private_copy.folder else current.private_copy.size,
        )
    for record in ports.journal.read(current.id):
        watch(record)
    return drive(ports, current.id, driver=_driver(), by=by, watch=watch)


def rollback(
    ports: Ports,
    deployment: str,
    *,
    by: str,
    reason: str,
    watch: Watcher,
    despite: Sequence[str] = (),
    replaced: Callable[[Deployment], BackoutReplacement] | None = None,
) -> Deployment:
    """Back out every touched host of a deployment that is over or held, and prove it. Raises Refused.

    `despite` are codes of obstacles that a person sets aside, or `all`. `replaced`: makes the replacement of the approved
    backout playbook, once nothing else speaks against the backout.
    """
    current = find(ports, deployment)
    _refuse_pointless(current)
    began = e.BackoutBegan(
        hosts=_left(current),
        reason=reason,
        by=by,
        restored=epochs_backed_out_since(ports.journal, current),
        reasons=(Ground(code="backout.chosen"),),
    )
    _refuse_out_of_place(current, began)
    aside = _set_aside(ports, current, despite)
    known = {*began.restored, *epochs_of(ports.journal, [each.deployment for each in aside])}
    replacement = replaced(current) if replaced is not None else None
    chosen = {"restored": tuple(sorted(known)), "despite": aside, "replacement": replacement}
    signal(ports, current.id, began.model_copy(update=chosen))
    return resume(ports, current.id, by=by, watch=watch)


def signal(ports: Ports, deployment: str, event: e.Event) -> Deployment:
    """Append a person's signal to the journal. Raises Refused if the lifecycle does not allow it now."""
    current = find(ports, deployment)
    _refuse_out_of_place(current, event)
    journal = JournalWriter(
        ports.journal, current.id, lambda record: None, driver=current.driving.driver or ""
    )
    journal.note(event)
    return journal.deployment


def named_approvals(
    ports: Ports, prepared: PreparedPlan, given: Mapping[str, str]
) -> tuple[e.GivenApproval, ...]:
    """Approvals that are named and not signed; if a policy or keys require signatures, the deployment waits for those.

    Raises Refused if they are not accepted, or if some are missing.
    """
    if prepared.policy is not None or ports.keys.keyring(Path(prepared.project)).keys:
        if given:
            why = f"policy {prepared.policy.policy} binds" if prepared.policy else "keys are trusted"
            raise Refused(
                f"Approvals are signed here, for {why}: --approved-by is not taken. Nothing was started. "
                "Go without it; then whoever approves does so with orch approve."
            )
        return ()
    missing = [role for role in prepared.plan.approval.required if role not in given]
    if missing:
        wanted = " ".join(f'--approved-by "{role}=NAME"' for role in missing)
        raise Refused(
            f"The plan asks for approval by {', '.join(missing)}. Nothing was started. Add {wanted}."
        )
    return tuple(e.GivenApproval(role=role, person=person) for role, person in given.items())


def refuse_second(journal: Journal, prepared: PreparedPlan) -> None:
    """Raises Conflict if a deployment of this same plan is open or scheduled."""
    for other in briefs(journal):
        elsewhere = other.environment != prepared.plan.resources.environment
        if not other.over and other.plan_sha256 == prepared.plan_sha256 and not elsewhere:
            raise Conflict(
                f"{other.id} is an open deployment of this plan ({other.state.value}); "
                f"go on with it: orch resume {other.id}, or end it: orch abort {other.id}."
            )


def _left(d: Deployment) -> tuple[str, ...]:
    """The hosts that a rollback covers: all touched ones, except those whose restoration is proved already."""
    return d.unrestored_hosts if d.state is State.BACKED_OUT else d.touched_hosts


def _set_aside(ports: Ports, d: Deployment, despite: Sequence[str]) -> tuple[e.SetAside, ...]:
    """What a person sets aside; the machines of the deployment are locked then. Raises Refused, and locks nothing."""
    try:
        return set_aside(d, obstacles_of(ports, d), despite)
    except Refused:
        give_back(ports, d)
        raise


def _refuse_pointless(d: Deployment) -> None:
    """Raises Refused where there is nothing to back out."""
    if not d.touched_hosts:
        raise Refused(f"{d.id} has touched no host: there is nothing to back out.")
    if not _left(d):
        raise Refused(f"{d.id} is backed out on every host that it touched, and that is proved.")


def _refuse_out_of_place(d: Deployment, event: e.Event) -> None:
    record = e.Recorded(deployment=d.id, seq=d.seq + 1, at=d.last_at, event=event)
    held = d.driving.hold is not None or d.rollout.failure is not None
    if isinstance(event, e.Retried | e.Excluded) and not held:
        raise Refused(f"{d.id} is not held ({d.state.value}): {event.kind} is an answer to a hold only.")
    if isinstance(event, e.Confirmed) and (d.rollout.gate is None or d.rollout.gate.confirm != event.role):
        asked = d.rollout.gate.confirm if d.rollout.gate is not None else None
        raise Refused(f"{d.id} waits for confirmation by {asked or 'nobody'}, not by {event.role}.")
    if isinstance(event, e.AbortRequested) and d.state is State.BACKING_OUT:
        raise Refused(f"{d.id} is backing out: a running backout goes on to its end.")
    if isinstance(event, e.BackoutBegan) and not (d.over or d.driving.hold or d.driving.paused):
        raise Refused(f"{d.id} is {d.state.value}: stop and back it out with orch abort {d.id}.")
    if isinstance(event, e.Excluded):
        unknown = [host for host in event.hosts if host not in d.standings]
        if unknown:
            raise Refused(f"{d.id} has no host {', '.join(unknown)}.")
    apply(d, record)


def _free_name(journal: Journal, prepared: PreparedPlan, now: datetime) -> str:
    release = prepared.plan.release
    version = "".join(c if c.isalnum() or c in "._-" else "-" for c in release.version)
    stem = f"{release.name}-{version}-{now:%Y%m%d-%H%M%S}"[:90]
    taken = set(journal.deployments())
    return next(name for n in range(1, 1000) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


def _driver() -> str:
    return str(DriverName(socket.gethostname(), os.getpid()))
