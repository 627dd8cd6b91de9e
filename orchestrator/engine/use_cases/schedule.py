"""The schedule of change: schedule a deployment, withdraw it, and find what shares its time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestrator.domain.authority.rehearsal import MeasuredWave
from orchestrator.domain.calendar.schedule_of_change import Booking, MissedStart, PlannedStart
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.completed_times import CompletedTimes
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.machines import Kin, kin_of
from orchestrator.domain.plan.target import Identity
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.names import as_read
from orchestrator.engine.lookup.admission_facts import MOST_MEASURED
from orchestrator.engine.lookup.cmdb_items import service_needs
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.lookup.journal_timeline import story_on
from orchestrator.engine.lookup.snapshots import every, folded, open_ones
from orchestrator.engine.lookup.visit_ground import hosts_of_plan
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Journal, Ports
from orchestrator.engine.use_cases.deployment_commands import (
    named_approvals,
    open_deployment,
    planned,
    refuse_second,
    signal,
)
from orchestrator.engine.use_cases.scheduled_preview import ask_ahead
from orchestrator.errors import Conflict, Refused
from orchestrator.policy.calendar.bookings import bookings_of, state_of
from orchestrator.policy.calendar.conflicts import ConflictFound, conflicts_of
from orchestrator.policy.calendar.impact import (
    PlannedChange,
    TouchedRelease,
    names_on_record,
    reaches,
    touched_releases,
)
from orchestrator.policy.calendar.start_time import ClosedTime, binding_calendar, judged_time
from orchestrator.policy.calendar.windows import policy_for
from orchestrator.policy.measures.wave_durations import (
    completed_times,
    completed_waves,
    measured_waves,
    slowest,
)
from orchestrator.policy.telling.words.schedule_words import conflict_words, utc


@dataclass(frozen=True, slots=True)
class StartRequest:
    """The start of a deployment, what to do if it is missed, and which freezes (or `window`) a role will lift."""

    starts: datetime
    missed: MissedStart | None = None
    despite: tuple[str, ...] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An added entry: its conflicts, what a role must still lift, and what is unknown about its machines."""

    deployment: Deployment
    booking: Booking
    conflicts: tuple[ConflictFound, ...]
    to_lift: tuple[ClosedTime, ...]
    unknown: Mapping[str, str]
    shared: Sequence[Kin]
    warnings: Sequence[str]


def add(
    ports: Ports,
    plan: Path,
    request: StartRequest,
    *,
    by: str,
    approvals: Mapping[str, str] | None = None,
    signed_for: str = "",
) -> Scheduled:
    """Check the plan and open a deployment with the requested start. `approvals`: unsigned, persons by role.

    `signed_for`: the id that was signed for elsewhere, if it was.

    Raises PlanFault; Refused if the calendar forbids it or approvals must be signed; Conflict if `alone` is requested
    and others share its time, or if a deployment of this plan is open.
    """
    prepared = prepare_plan(ports, plan)
    to_lift = refuse_closed(prepared, request, ports.clock.now())
    refuse_second(ports.journal, prepared)
    ports.keys.keyring(Path(prepared.project))
    given = named_approvals(ports, prepared, approvals) if approvals else ()
    identities = hosts_of_plan(ports, prepared).identify(prepared.targets)
    known = {host: identity for host, identity in identities.items() if isinstance(identity, Identity)}
    start = PlannedStart(
        starts=request.starts,
        missed=request.missed or prepared.plan.schedule.missed,
        machines={host: identity.machine_id for host, identity in known.items()},
    )
    if request.alone:
        _refuse_company(ports, planned(prepared, by=by, start=start))
    name = open_deployment(ports, prepared, by=by, approvals=given, start=start, signed_for=signed_for)
    d = ask_ahead(ports, folded(ports.journal, name))
    if d.messages.count:
        ports.senders.begin(name)
    bookings = all_bookings(ports)
    booking = next(b for b in bookings if b.id == name)
    return Scheduled(
        d,
        booking,
        conflicts_of(booking, bookings, service_needs(ports)),
        to_lift,
        {host: str(why) for host, why in identities.items() if host not in known},
        kin_of(known),
        [str(warning) for warning in prepared.warnings],
    )


def refuse_closed(prepared: PreparedPlan, request: StartRequest, now: datetime) -> tuple[ClosedTime, ...]:
    """The closed times that a role must still lift, as requested. Raises Refused with every other obstacle to that start."""
    policy = prepared.policy
    answer = judged_time(
        request.starts,
        now,
        binding_calendar(
            policy_for(policy, prepared.plan) if policy else None,
            prepared.plan.change_request,
            prepared.environment,
        ),
        prepared.plan.schedule.window,
        window_override=policy.window_override if policy is not None else (),
    )
    names = {closed.about for closed in answer.against}
    reasons = [
        closed.found for closed in answer.against if not (closed.about in request.despite and closed.override)
    ]
    reasons += [f"nothing called {name} is against it" for name in request.despite if name not in names]
    if not reasons:
        return answer.against
    opens = answer.next_opening
    move = (
        "no moment in the next ten years would do"
        if opens is None
        else f"the next opening is {_exactly(opens)}"
    )
    liftable = " ".join(f"--despite {closed.about}" for closed in answer.against if closed.override)
    lift = f" Where that will be overridden, add {liftable}." if liftable else ""
    start = _exactly(request.starts)
    raise Refused(f"Nothing was scheduled for {start}: {'; '.join(reasons)}; {move}.{lift}")


def _exactly(moment: datetime) -> str:
    """The time to the minute, or to the second if it is no whole minute: a rounded time would be too early."""
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def withdraw(ports: Ports, deployment: str, *, by: str, reason: str) -> Deployment:
    """Remove an entry from the schedule before it touches anything. Raises Refused if it has begun."""
    current = find_to_change(ports, deployment)
    if current.over or state_of(current) == "running":
        raise Refused(
            f"{current.id} is {current.state.value}: it is no longer ahead."
            + ("" if current.over else f" What runs is ended by orch abort {current.id} --reason WHY.")
        )
    return signal(
        ports, current.id, e.DeploymentCancelled(by=by, reason=f"withdrawn from the schedule: {reason}")
    )


def all_bookings(ports: Ports) -> tuple[Booking, ...]:
    """The whole schedule of change, past and future."""
    deployments = list(every(ports.journal))
    return bookings_of(
        deployments,
        ports.clock.now(),
        measured_by(ports.journal, deployments),
        completed_by(ports.journal, deployments),
    )


def measured_by(journal: Journal, deployments: Iterable[Deployment]) -> dict[str, tuple[MeasuredWave, ...]]:
    """Wave times for each open deployment: the slowest measured here by the newest deployments of its release.

    `deployments` are newest first. One without measured waves is not counted.
    """
    ones = list(deployments)
    times_by_kind: dict[tuple[str, str], list[tuple[MeasuredWave, ...]]] = {
        _kind(d): [] for d in ones if not d.over
    }
    for d in ones:
        known = times_by_kind.get(_kind(d), [()] * MOST_MEASURED)
        if d.over and d.backout is not None and len(known) < MOST_MEASURED:
            known += filter(None, [measured_waves(d, story_on(journal, d))])
    measured = {
        kind: [wave for waves in each for wave in waves] for kind, each in times_by_kind.items() if each
    }
    return {d.id: slowest(measured[_kind(d)]) for d in ones if not d.over and _kind(d) in measured}


def completed_by(journal: Journal, deployments: Iterable[Deployment]) -> dict[str, CompletedTimes]:
    """For each open deployment the times of the newest completed ones of its release there; `deployments`: newest first."""
    ones = list(deployments)
    kinds = {(_kind(d), d.plan.playbooks) for d in ones if not d.over}
    over = [d for d in ones if d.state is State.COMPLETED]
    alike = {kind: [d for d in over if (_kind(d), d.plan.playbooks) == kind] for kind in kinds}
    times = {
        kind: completed_times([(d, completed_waves(d, story_on(journal, d))) for d in each[:MOST_MEASURED]])
        for kind, each in alike.items()
    }
    return {
        d.id: known for d in ones if not d.over and (known := times[_kind(d), d.plan.playbooks]) is not None
    }


@dataclass(frozen=True, slots=True)
class ImpactAnswer:
    """The planned releases that a change touches, and every name that the records know."""

    touched: tuple[TouchedRelease, ...]
    known: frozenset[str]


def impact_of_change(
    ports: Ports, change: PlannedChange, begins: datetime | None, ends: datetime | None
) -> ImpactAnswer:
    """What a change touches between two moments; None stands for no limit."""
    deployments = list(every(ports.journal))
    measured = measured_by(ports.journal, deployments)
    needs = service_needs(ports)
    touched = touched_releases(
        change, deployments, ports.clock.now(), measured, needs, completed_by(ports.journal, deployments)
    )
    within = tuple(release for release in touched if reaches(release, begins, ends))
    return ImpactAnswer(within, names_on_record(deployments, needs))


def policies_of(deployments: Iterable[Deployment]) -> tuple[ReleasePolicy, ...]:
    """The policies that bind these deployments, each once, in its newest version."""
    newest: dict[str, ReleasePolicy] = {}
    for policy in (d.authority.policy for d in deployments if d.authority.policy is not None):
        known = newest.get(policy.policy)
        if known is None or policy.version > known.version:
            newest[policy.policy] = policy
    return tuple(newest[name] for name in sorted(newest))


def imagined(ports: Ports, plan: Path, starts: datetime | None) -> tuple[Booking, tuple[Booking, ...]]:
    """The booking of a plan, and all bookings: that of its open deployment, or of one that would start at `starts`.

    Raises PlanFault; Refused if no start is known.
    """
    prepared = prepare_plan(ports, plan)
    same = [d for d in open_deployments(ports) if d.plan_sha256 == prepared.plan_sha256]
    bookings = all_bookings(ports)
    if starts is None:
        booking = next((b for b in bookings for d in same if b.id == d.id), None)
        if booking is not None:
            return booking, bookings
        window = prepared.plan.schedule.window
        if window is None:
            raise Refused("The plan is not scheduled and has no window of its own; say when with --at TIME.")
        starts = window.opens
    known = {
        host: identity.machine_id
        for host, identity in hosts_of_plan(ports, prepared).identify(prepared.targets).items()
        if isinstance(identity, Identity)
    }
    start = PlannedStart(starts=starts, missed=prepared.plan.schedule.missed, machines=known)
    new, bookings = _with_new(ports, planned(prepared, by="orch", start=start))
    return new, tuple(b for b in bookings if b.id not in {d.id for d in same})


def open_deployments(ports: Ports) -> list[Deployment]:
    """Every deployment that is scheduled, waits or runs."""
    return list(open_ones(ports.journal))


def _with_new(ports: Ports, event: e.Planned) -> tuple[Booking, tuple[Booking, ...]]:
    """The schedule with one more deployment that is not on the journal yet."""
    now = ports.clock.now()
    new = fold([e.Recorded(deployment="new-entry", seq=1, at=now, event=event)])
    deployments = [new, *every(ports.journal)]
    bookings = bookings_of(
        deployments,
        now,
        measured_by(ports.journal, deployments),
        completed_by(ports.journal, deployments),
    )
    return next(b for b in bookings if b.id == new.id), bookings


def _refuse_company(ports: Ports, event: e.Planned) -> None:
    new, bookings = _with_new(ports, event)
    clashes = conflicts_of(new, bookings, service_needs(ports))
    if clashes:
        words = "; ".join(conflict_words(conflict, utc(), new.id) for conflict in clashes)
        raise Conflict(f"Nothing was scheduled, for it would not be alone {words}. Choose another time.")


def _kind(d: Deployment) -> tuple[str, str]:
    return as_read(d.plan.release.name), as_read(d.plan.resources.environment)
