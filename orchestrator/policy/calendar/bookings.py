"""The schedule of change is derived: each deployment with a time becomes a booking, and nothing is stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.domain.authority.admission_answer import OF_CALENDAR
from orchestrator.domain.authority.rehearsal import MeasuredWave
from orchestrator.domain.calendar.schedule_of_change import Booking, BookingState
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.completed_times import CompletedTimes
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, OVER, State
from orchestrator.domain.plan.plan_kind import persons_of
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.names import is_among
from orchestrator.policy.calendar.forward_times import ForwardTimes, basis_of, forward_times
from orchestrator.policy.calendar.point_of_no_return import WaveTimes, expected_times
from orchestrator.policy.calendar.start_time import blocked_by
from orchestrator.policy.calendar.windows import policy_for

_PROPOSED = frozenset({State.PLANNED, State.AWAITING_APPROVAL})
_AT_LEAST = timedelta(seconds=1)
BY_ADDRESS = "address:"
"""The prefix of an address that stands for a machine until the machine behind it is known."""

Machines = Mapping[str, str]
"""The machine that last answered at an address (`192.0.2.1:22`)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How long a deployment occupies its hosts, in seconds, and the source of that figure."""

    seconds: float
    basis: str


def bookings_of(
    deployments: Iterable[Deployment],
    now: datetime,
    measured: Mapping[str, Sequence[MeasuredWave]],
    completed: Mapping[str, CompletedTimes] | None = None,
) -> tuple[Booking, ...]:
    """Every deployment that has a time, by its start. `measured` and `completed` are wave times by the deployment's id."""
    known = completed or {}
    deployments = list(deployments)
    machines = known_machines(deployments)
    bookings = (booking_of(d, now, machines, measured.get(d.id, ()), known.get(d.id)) for d in deployments)
    return tuple(sorted((b for b in bookings if b is not None), key=lambda b: (b.starts, b.id)))


def booking_of(
    d: Deployment,
    now: datetime,
    machines: Machines,
    measured: Sequence[MeasuredWave] = (),
    completed: CompletedTimes | None = None,
) -> Booking | None:
    """The booking of one deployment; None where it has no start time."""
    state, starts = state_of(d), starts_of(d)
    if starts is None:
        return None
    expected = expected_of(d, measured, completed)
    ends, basis = _end(d, state, starts, now, expected)
    here, by_address = machines_of(d, machines)
    release = d.plan.release
    return Booking(
        id=d.id,
        title=f"{release.name} {release.version} to {d.plan.resources.environment}",
        release=release.name,
        version=release.version,
        environment=d.plan.resources.environment,
        state=state,
        starts=starts,
        ends=ends,
        machines=here,
        by_address=by_address,
        cis=release.cis,
        service=release.service,
        depends_on=release.depends_on,
        rfcs=release.requests,
        plan_digest=d.authority.effective.digest if d.authority.effective is not None else d.plan_sha256,
        persons=busy_persons(d),
        by=d.by,
        missed=d.schedule.missed,
        blocked_by=_blocked_by(d, state, max(starts, now)),
        stands=d.state.value,
        basis=basis,
        booked_at=d.began_at,
        changed_at=d.last_at,
        revision=d.seq,
    )


def busy_persons(d: Deployment) -> tuple[str, ...]:
    """The persons whom it keeps busy: all that it names, but those whose roles keep nobody busy by its policy."""
    free = d.authority.policy.people.not_busy if d.authority.policy is not None else ()
    return tuple(
        person
        for person, roles in persons_of(d.plan).items()
        if not roles
        or not all(is_among(role, free) for role in roles)
        or is_among(person, d.plan.resources.persons)
    )


def state_of(d: Deployment) -> BookingState:
    """The schedule's name for the state of a deployment."""
    if d.state in NEVER_TOUCHED:
        return "withdrawn"
    if d.state in OVER:
        return "over"
    if d.state is State.SCHEDULED:
        return "proposed" if _lacks(d) else "approved"
    return "proposed" if d.state in _PROPOSED else "running"


def _blocked_by(d: Deployment, state: BookingState, moment: datetime) -> tuple[str, ...]:
    if state not in ("proposed", "approved"):
        return ()
    return blocked_by(
        policy_for(d.authority.policy, d.plan) if d.authority.policy is not None else None,
        d.authority.change,
        (signed.approval for signed in d.authority.approvals),
        moment,
        d.authority.environment,
    )


def _lacks(d: Deployment) -> bool:
    """Whether it has lost its authority since it was approved, for a reason outside the calendar, such as a rejection."""
    return d.authority.unadmitted is not None and any(
        reason.code not in OF_CALENDAR for reason in d.authority.unadmitted.reasons
    )


def starts_of(d: Deployment) -> datetime | None:
    """When it began, else when it is to begin: as scheduled, else when the plan's own window opens."""
    if d.authority.opened_at is not None:
        return d.authority.opened_at
    if state_of(d) in ("running", "over"):
        return d.began_at
    window = d.plan.schedule.window
    return d.schedule.starts or (window.opens if window is not None else None)


def expected_of(
    d: Deployment, measured: Sequence[MeasuredWave], completed: CompletedTimes | None = None
) -> Expected:
    """How long it occupies its hosts: every wave forward, then a backout of all, as if the last wave failed at its end.

    Where no backout was measured, completed deployments say how long it takes to deploy and verify, and the plan's limits how
    long to back out. Early life support occupies the hosts too. The time that people take to confirm a gate is not included.
    """
    margin = d.authority.policy.margin if d.authority.policy is not None else 0.0
    times = expected_times(d.plan, d.waves, measured, margin=margin)
    early_life = d.plan.validation.early_life
    basis = times[0].basis if times else "no wave"
    if completed is not None and not measured:
        forward = {each.wave: each for each in forward_times(d.plan, d.waves, completed, margin=margin)}
        times = tuple(_with_forward(each, forward.get(each.wave)) for each in times)
        basis = f"{basis_of(completed)}; to back out the plan's time limits, for no backout was measured"
    seconds = sum((wave.forward or 0.0) + (wave.back_out or 0.0) for wave in times)
    seconds += early_life.duration if early_life is not None else 0.0
    confirmed = ", and the time people take to confirm" if any(w.gate.confirm for w in d.waves) else ""
    return Expected(seconds, f"every wave there and back: {basis}{confirmed}")


def _with_forward(times: WaveTimes, forward: ForwardTimes | None) -> WaveTimes:
    if forward is None:
        return times
    return times.model_copy(update={"deploy": forward.deploy, "verify": forward.verify})


def _end(
    d: Deployment, state: BookingState, starts: datetime, now: datetime, expected: Expected
) -> tuple[datetime | None, str]:
    if state == "over":
        return max(d.last_at, starts + _AT_LEAST), "when it ended"
    ends = starts + max(timedelta(seconds=expected.seconds), _AT_LEAST)
    if state != "running":
        return ends, expected.basis
    waits = "held" if d.driving.hold is not None else "paused" if d.driving.paused is not None else ""
    if waits or d.driving.stopped is not None:
        return None, f"nobody knows: it is {waits or 'stopped'}"
    if ends <= now:
        return None, "nobody knows: it takes longer than expected"
    return ends, expected.basis


def machines_of(d: Deployment, machines: Machines) -> tuple[dict[str, str], tuple[str, ...]]:
    """Hosts by machine, and the hosts of which only the address is known."""
    own = own_machines(d)
    known = {t.host: own.get(t.host) or machines.get(address_of(t)) for t in d.targets}
    host_by_machine = {known[t.host] or f"{BY_ADDRESS}{address_of(t)}": t.host for t in d.targets}
    return host_by_machine, tuple(host for host, machine in known.items() if machine is None)


def own_machines(d: Deployment) -> dict[str, str]:
    """Machines by host as this deployment knows them: from its baselines, else from scheduling."""
    return dict(d.schedule.machines) | {
        host: reference.machine_id for host, reference in d.preparation.baselines.items()
    }


def known_machines(deployments: Iterable[Deployment]) -> dict[str, str]:
    """The machine that last answered at each address, from the records of all deployments."""
    known: dict[str, str] = {}
    for d in sorted(deployments, key=lambda d: d.began_at):
        own = own_machines(d)
        known |= {address_of(target): own[target.host] for target in d.targets if target.host in own}
    return known


def address_of(target: Target) -> str:
    """The address and port of a target, as text."""
    return f"{target.address}:{target.port}"
