"""Running deployments that share resources with one that would start now; they must end first (ITIL 4 practice, 4.1.1)."""

from collections.abc import Iterable
from datetime import datetime

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.calendar.schedule_of_change import Booking
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.scheduled_start import ScheduledStart
from orchestrator.engine.lookup.cmdb_items import service_needs
from orchestrator.engine.lookup.snapshots import open_ones
from orchestrator.engine.ports import Ports
from orchestrator.policy.calendar.bookings import Machines, booking_of, known_machines, state_of
from orchestrator.policy.calendar.conflicts import ConflictFound, Needs, conflicts_of


def running_beside(ports: Ports, d: Deployment, now: datetime) -> tuple[Reason, ...]:
    """A reason not to start for each resource shared with a running deployment, however this one is started.

    Rehearsals run in other environments; they share at most machines, and host locks keep those apart.
    """
    if d.rehearsing.rehearsal is not None:
        return ()
    open_others = open_ones(ports.journal, excluding=d.id)
    running = [
        other for other in open_others if state_of(other) == "running" and other.rehearsing.rehearsal is None
    ]
    if not running:
        return ()
    shared = shared_from_now(d, running, known_machines([*running, d]), now, service_needs(ports))
    return tuple(_reason(conflict) for conflict in shared)


def shared_from_now(
    d: Deployment,
    others: Iterable[Deployment],
    machines: Machines,
    now: datetime,
    services: Needs | None = None,
) -> tuple[ConflictFound, ...]:
    """What it shares with others if all of them run from now on: machines, configuration items, services, dependencies.

    `services`: dependencies that are known beside those of their plans.
    A person in both counts where the policy of one of them refuses that; else it is only told in the schedule.
    """
    others = list(others)
    new, *rest = (booking_of(deployment, now, machines) for deployment in (d, *others))
    if new is None:
        new = booking_of(d.with_(schedule=ScheduledStart.updated(d.schedule, starts=now)), now, machines)
    bookings = [_from_now(b, now) for b in rest if b is not None]
    if new is None:
        return ()
    strict = {other.id for other in others if _refuses_overlap(other) or _refuses_overlap(d)}
    return tuple(
        conflict
        for conflict in conflicts_of(_from_now(new, now), bookings, services)
        if conflict.kind != "person" or conflict.other in strict
    )


def _refuses_overlap(d: Deployment) -> bool:
    return d.authority.policy is not None and d.authority.policy.people.overlap == "refuse"


def runs_words(conflict: ConflictFound) -> str:
    """The running deployment and what the two share, in words."""
    return f"{conflict.other} runs and shares {conflict.kind} {', '.join(conflict.what)}"


def _from_now(booking: Booking, now: datetime) -> Booking:
    """The booking from now on, without its expected end: only whether both run at the same time matters."""
    return booking.model_copy(update={"starts": now, "ends": None})


def _reason(conflict: ConflictFound) -> Reason:
    return Reason(
        code="conflict.runs",
        about=conflict.other,
        found=f"runs and shares {conflict.kind} {', '.join(conflict.what)}",
        next_move=f"wait until it is over: orch status {conflict.other}",
    )
