"""The commands on a deployment: deploy, resume, roll back, and signals."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.authority.word import Verb
from orchestrator.domain.calendar.schedule_of_change import PlannedStart
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.driver_name import DriverName
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.text.names import is_among, same_name
from orchestrator.engine.disk_space import refuse_without_room
from orchestrator.engine.drive import drive
from orchestrator.engine.host_locks import give_back
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.lookup.deployment_names import name_at, named_lately
from orchestrator.engine.lookup.disposed import disposed
from orchestrator.engine.lookup.live_uses import marked
from orchestrator.engine.lookup.lost_history import refuse_lost_history
from orchestrator.engine.lookup.needed_password import refuse_rollback_without_password
from orchestrator.engine.lookup.older_store import refuse_older_store
from orchestrator.engine.lookup.seal_check import refuse_broken_seal
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Journal, Ports, Watcher
from orchestrator.engine.speaking import VERBS, Sayable, named, speak, speak_about, unsigned
from orchestrator.engine.stop_in_force import refuse_while_stopped
from orchestrator.engine.use_cases.house import adopt_keyring
from orchestrator.engine.use_cases.late_authority import agreed
from orchestrator.engine.use_cases.rollback_obstacles import (
    epochs_backed_out_since,
    epochs_of,
    obstacles_of,
    set_aside,
)
from orchestrator.errors import Conflict, Refused
from orchestrator.policy.authority.late_backout import is_late


class Replacing(NamedTuple):
    """Another backout playbook: what it will be, for who must agree to it, and the copy that is made in the end."""

    planned: Callable[[Deployment], BackoutReplacement]
    made: Callable[[Deployment], BackoutReplacement]


def deploy(
    ports: Ports, plan_path: Path, *, by: str, approvals: Mapping[str, str], watch: Watcher
) -> Deployment:
    """Check the plan, open a deployment of it and drive it. Raises PlanFault, Refused, or Conflict if one is open already."""
    name = opened(ports, plan_path, by=by, approvals=approvals)
    for record in ports.journal.read(name):
        watch(record)
    return drive(ports, name, driver=_driver(), by=by, watch=watch, fresh=True)


def opened(
    ports: Ports, plan_path: Path, *, by: str, approvals: Mapping[str, str], signed_for: str = ""
) -> str:
    """Check the plan and open a deployment of it, without driving it; its id. Raises what `deploy` raises.

    `signed_for`: the id that was signed for elsewhere, if it was.
    """
    prepared = prepare_plan(ports, plan_path)
    refuse_while_stopped(ports.journal)
    refuse_second(ports.journal, prepared)
    refuse_without_room(ports.storage, len(prepared.targets), prepared.copy_size)
    given = named_approvals(ports, prepared, approvals)
    return open_deployment(ports, prepared, by=by, approvals=given, signed_for=signed_for)


def open_deployment(
    ports: Ports,
    prepared: PreparedPlan,
    *,
    by: str,
    approvals: tuple[e.GivenApproval, ...],
    start: PlannedStart | None = None,
    rehearsal: Rehearsal | None = None,
    signed_for: str = "",
) -> str:
    """Put a new deployment on the journal with its approvals, and its start or what it rehearses. Returns its id.

    That is `signed_for`, where that was the id of such a deployment a moment ago and is free.
    Raises StoreFault where the journal is an older copy, PlanFault or Refused where the keyring of the house is not in force.
    """
    refuse_lost_history(ports)
    refuse_older_store(ports)
    house = adopt_keyring(ports, by)
    name = _free_name(ports.journal, prepared, ports.clock.now(), signed_for)
    verb: Verb = "rehearse" if rehearsal is not None else "deploy" if start is None else "schedule"
    first = planned(prepared, by=by, start=start, rehearsal=rehearsal)
    of_house = first.model_copy(
        update={
            "house": house,
            "house_place": ports.keys.house_place,
            "documents": marked(ports.journal, first),
            "password_given": ports.inspector.given_password,
        }
    )
    asked = speak_about(ports, of_house, verb, name, Path(prepared.project))
    events: list[e.Event] = [asked, e.Submitted(by=asked.by)]
    if approvals:
        named = ", ".join(f"{given.role}: {given.person}" for given in approvals)
        events.append(e.Approved(approvals=approvals, basis=f"named by {asked.by} when starting ({named})"))
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
        environment=prepared.environment,
        environment_unknown=prepared.environment_unknown,
        foreseen=prepared.foreseen,
        installed=prepared.installed,
        beside=prepared.beside,
        way_places=prepared.way_places,
        documents=prepared.documents,
        missed=prepared.plan.schedule.missed,
        rehearsal=rehearsal,
    )
    if start is None:
        return event
    ahead = {"mode": "scheduled", "starts": start.starts, "missed": start.missed, "machines": start.machines}
    return event.model_copy(update=ahead)


def resume(
    ports: Ports, deployment: str | None, *, by: str, watch: Watcher, said_already: bool = False
) -> Deployment:
    """Go on driving a deployment, adopting open attempts. Raises Conflict while another driver is alive.

    `said_already`: this command has put a word on the journal, and going on follows from it.

    Raises Refused if it has touched nothing yet and the disk has too little space; one that has touched hosts continues
    until the next wave would start, or through its backout.
    """
    refuse_while_stopped(ports.journal)
    current = find_to_change(ports, deployment)
    if not (current.over or current.touched_hosts or current.driving.aborting is not None):
        refuse_without_room(
            ports.storage,
            len(current.targets),
            0 if current.private_copy.folder else current.private_copy.size,
        )
    for record in ports.journal.read(current.id):
        watch(record)
    ahead = current.schedule.starts is not None and current.authority.opened_at is None
    verb: Verb = "start" if ahead else "resume"
    return drive(ports, current.id, driver=_driver(), by=by, watch=watch, verb=None if said_already else verb)


def rollback(  # noqa: PLR0913 - what a person may ask for with it
    ports: Ports,
    deployment: str,
    *,
    by: str,
    reason: str,
    watch: Watcher,
    despite: Sequence[str] = (),
    replacing: Replacing | None = None,
    emergency: bool = False,
) -> Deployment:
    """Back out every touched host of a deployment that is over or held, and prove it. Raises Refused."""
    d = take_back(
        ports,
        deployment,
        by=by,
        reason=reason,
        despite=despite,
        replacing=replacing,
        emergency=emergency,
    )
    return resume(ports, d.id, by=by, watch=watch, said_already=True)


def take_back(
    ports: Ports,
    deployment: str,
    *,
    by: str,
    reason: str,
    despite: Sequence[str] = (),
    replacing: Replacing | None = None,
    emergency: bool = False,
) -> Deployment:
    """Put on the journal that a deployment that is over or held is backed out; whoever drives it does that. Raises Refused.

    `despite` are codes of obstacles that a person sets aside, or `all`. `replacing`: another playbook than the approved one,
    copied once nothing else speaks against the backout. `emergency`: take back what is completed by the emergency procedure.
    """
    current = find_to_change(ports, deployment)
    _refuse_pointless(current)
    refuse_rollback_without_password(ports, current)
    began = e.BackoutBegan(
        hosts=_left(current),
        reason=reason,
        by=by,
        restored=epochs_backed_out_since(ports.journal, current),
        reasons=(Ground(code="backout.chosen"),),
        emergency=emergency,
    )
    _refuse_out_of_place(current, began)
    began = named(ports, began, "rollback", current)
    planned_replacement = replacing.planned(current) if replacing is not None and is_late(current) else None
    agreed(ports, current, began.model_copy(update={"replacement": planned_replacement}))
    aside = _set_aside(ports, current, despite)
    known = {*began.restored, *epochs_of(ports.journal, [each.deployment for each in aside])}
    replacement = replacing.made(current) if replacing is not None else None
    chosen = {"restored": tuple(sorted(known)), "despite": aside, "replacement": replacement}
    try:
        return signal(ports, current.id, began.model_copy(update=chosen))
    except Refused:
        give_back(ports, folded(ports.journal, current.id))
        if replacement is not None:
            ports.authority.discard(Path(replacement.folder).name)
        raise


ON_ANY_RECORD = (e.Paused, e.HeldOn, e.DeploymentHeld, e.AbortRequested, e.SealAccepted)
"""What rests on nothing that is recorded: it stops a deployment, or accepts the record as it is."""


def signal(ports: Ports, deployment: str, event: e.Event, *, signed: bool = True) -> Deployment:
    """Append a person's signal to the journal. Raises Refused if lifecycle or rules do not allow it now, or the speaker.

    Not `signed`: what was said with a key press at the driver, or follows from the plan.
    """
    current = find_to_change(ports, deployment)
    _refuse_out_of_place(current, event)
    if signed and not isinstance(event, ON_ANY_RECORD):
        refuse_broken_seal(ports, current.id)
    event = _as_the_speaker(ports, current, event, signed=signed)
    event = _with_speaker(ports, current, agreed(ports, current, event), signed=signed)
    journal = JournalWriter(
        ports.journal, current.id, lambda record: None, driver=current.driving.driver or ""
    )
    recorded = journal.note(event)
    if not recorded and signed and type(event) in VERBS:
        state = journal.deployment.state.value
        raise Refused(f"{current.id} is {state} by now: {event.kind.replace('_', ' ')} was not recorded.")
    return journal.deployment


def _as_the_speaker(ports: Ports, d: Deployment, event: e.Event, *, signed: bool) -> e.Event:
    """The event by the key's person, before the rules ask who agreed: they tell requesters from those who approve."""
    verb = VERBS.get(type(event)) if signed else None
    return named(ports, event, verb, d) if isinstance(event, Sayable) and verb is not None else event


def _with_speaker(ports: Ports, d: Deployment, event: e.Event, *, signed: bool) -> e.Event:
    if not isinstance(event, Sayable):
        return event
    verb = VERBS.get(type(event))
    return unsigned(ports, event) if verb is None or not signed else speak(ports, event, verb, d)


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
    missing = [role for role in prepared.plan.approval.required if not is_among(role, given)]
    if missing:
        wanted = " ".join(f'--approved-by "{role}=NAME"' for role in missing)
        raise Refused(
            f"The plan asks for approval by {', '.join(missing)}. Nothing was started. Add {wanted}."
        )
    return tuple(e.GivenApproval(role=role, person=person) for role, person in given.items())


def refuse_second(journal: Journal, prepared: PreparedPlan) -> None:
    """Raises Conflict if a deployment of this same plan is open or scheduled."""
    for other in briefs(journal):
        elsewhere = not same_name(other.environment, prepared.plan.resources.environment)
        if not other.over and other.plan_sha256 == prepared.plan_sha256 and not elsewhere:
            end = (
                f", or end it: orch abort {other.id} --reason WHY"
                if other.state is not State.BACKING_OUT
                else ""
            )
            raise Conflict(
                f"{other.id} is an open deployment of this plan ({other.state.value}); "
                f"go on with it: orch resume {other.id}{end}."
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
    if isinstance(event, e.Retried) and not event.again and _runs_once_more(d, record):
        raise Refused(
            f"{d.stage.name} runs once, and has run: see what it did there. Once more: orch retry {d.id} --again "
            f"--reason WHY; take everything back: orch rollback {d.id} --reason WHY."
        )
    if isinstance(event, e.AbortRequested) and d.state is State.BACKING_OUT:
        raise Refused(f"{d.id} is backing out: a running backout goes on to its end.")
    if isinstance(event, e.BackoutBegan) and d.state is State.BACKING_OUT:
        raise Refused(
            f"{d.id} is backing out already; go on with it: orch {'retry' if held else 'resume'} {d.id}."
        )
    if isinstance(event, e.BackoutBegan) and not (d.over or d.driving.hold or d.driving.paused):
        raise Refused(f"{d.id} is {d.state.value}: stop and back it out: orch abort {d.id} --reason WHY.")
    if isinstance(event, e.Excluded):
        unknown = [host for host in event.hosts if host not in d.standings]
        if unknown:
            raise Refused(f"{d.id} has no host {', '.join(unknown)}.")
    apply(d, record)


def _runs_once_more(d: Deployment, record: e.Recorded) -> bool:
    """Whether a step of the fleet that may have run would be run again."""
    began = any(attempt.begun_on for attempt in d.attempts_of("deploy", d.rollout.wave))
    if not d.stage.once or not began:
        return False
    # Held in the wave, or after its checks rejected it: both lead back to its run.
    after = apply(d, record)
    again = set(after.hosts_standing("to_retry")) & set(d.waves[d.rollout.wave].hosts)
    return after.state is State.DEPLOYING and bool(again)


def _free_name(journal: Journal, prepared: PreparedPlan, now: datetime, wanted: str = "") -> str:
    release = prepared.plan.release
    stem = name_at(release.name, release.version, now)
    taken = {*journal.deployments(), *disposed(journal)}
    if wanted and wanted not in taken and named_lately(release.name, release.version, wanted, now):
        return wanted
    return next(name for n in range(1, 1000) if (name := stem if n == 1 else f"{stem}-{n}") not in taken)


def _driver() -> str:
    return str(DriverName(socket.gethostname(), os.getpid()))
