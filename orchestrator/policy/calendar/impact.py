"""The impact of a change on planned releases (ISO/IEC 20000-1 9.3): which of them touch the same items or machines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from orchestrator.domain.authority.rehearsal import MeasuredWave
from orchestrator.domain.calendar.schedule_of_change import BOOKED, Booking, BookingState
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.completed_times import CompletedTimes
from orchestrator.domain.plan.release_plan import Release
from orchestrator.domain.text.model_base import Many, Moment, Name, Noun
from orchestrator.domain.text.names import as_read, is_among, same_name
from orchestrator.policy.calendar.bookings import (
    Machines,
    address_of,
    booking_of,
    known_machines,
    machines_of,
    state_of,
)

Relation = Literal["ci", "unit", "removed", "service", "depends_on", "needed_by", "host", "machine", "group"]
Needs = Mapping[str, Sequence[str]]


class PlannedChange(Noun):
    """What a change touches: configuration items, services, and machines by host, identity, address or group."""

    cis: Many[str] = ()
    services: Many[str] = ()
    machines: Many[str] = ()


class Touch(Noun):
    """How a release meets a change: the changed name, the relation, and what of the release it is (a host, a chain)."""

    name: str
    relation: Relation
    what: str


class TouchedRelease(Noun):
    """A planned release that a change touches. `starts` is None where it has no time yet, `ends` where nobody knows it."""

    id: Name
    title: str
    environment: Name
    state: BookingState
    stands: str
    rehearsal: bool = False
    starts: Moment | None = None
    ends: Moment | None = None
    rfcs: Many[str] = ()
    by: str
    touches: Many[Touch]


def touched_releases(
    change: PlannedChange,
    deployments: Iterable[Deployment],
    now: datetime,
    measured: Mapping[str, Sequence[MeasuredWave]],
    services: Needs | None = None,
    completed: Mapping[str, CompletedTimes] | None = None,
) -> tuple[TouchedRelease, ...]:
    """Every planned, scheduled or running release that the change touches, by its start; those without a time come last.

    `services`: dependencies that are known beside those of the plans.
    """
    everything = list(deployments)
    machines, needs = known_machines(everything), _needs(everything, services or {})
    planned = (d for d in everything if state_of(d) in BOOKED)
    touched = (
        _release(
            d, touches, booking_of(d, now, machines, measured.get(d.id, ()), (completed or {}).get(d.id))
        )
        for d in planned
        if (touches := tuple(dict.fromkeys(_touches(change, d, machines, needs))))
    )
    return tuple(sorted(touched, key=lambda each: (each.starts is None, each.starts or now, each.id)))


def reaches(release: TouchedRelease, begins: datetime | None, ends: datetime | None) -> bool:
    """Whether it occupies any of this time. One without a time may: nobody has said when it runs."""
    if release.starts is None:
        return True
    too_late = ends is not None and release.starts >= ends
    too_early = begins is not None and release.ends is not None and release.ends <= begins
    return not too_late and not too_early


def names_on_record(deployments: Iterable[Deployment], services: Needs | None = None) -> frozenset[str]:
    """Every name that a change may have, as the records know them: a name that is missing may be misspelt."""
    names = {name for service, others in (services or {}).items() for name in (service, *others)}
    for d in deployments:
        release = d.plan.release
        names.update(release.cis, release.removes, release.depends_on, (unit.name for unit in release.units))
        names.update((release.service,) if release.service is not None else ())
        for target in d.targets:
            names.update((target.host, target.address, *target.groups))
        names.update(d.schedule.machines.values())
    return frozenset(names)


def _release(d: Deployment, touches: tuple[Touch, ...], booking: Booking | None) -> TouchedRelease:
    release = d.plan.release
    return TouchedRelease(
        id=d.id,
        title=f"{release.name} {release.version} to {d.plan.resources.environment}",
        environment=d.plan.resources.environment,
        state=state_of(d),
        stands=d.state.value,
        rehearsal=d.rehearsing.rehearsal is not None,
        starts=booking.starts if booking is not None else None,
        ends=booking.ends if booking is not None else None,
        rfcs=release.requests,
        by=d.by,
        touches=touches,
    )


def _touches(change: PlannedChange, d: Deployment, machines: Machines, needs: Needs) -> Iterator[Touch]:
    for name in change.cis:
        yield from _by_item(name, d.plan.release)
        yield from _by_service(name, d.plan.release, needs)
        yield from _by_machine(name, d, machines, groups=False)
    for name in change.services:
        yield from _by_service(name, d.plan.release, needs)
    for name in change.machines:
        yield from _by_machine(name, d, machines, groups=True)


def _by_item(name: str, release: Release) -> Iterator[Touch]:
    listed: tuple[tuple[Relation, Iterable[str]], ...] = (
        ("ci", release.cis),
        ("unit", (unit.name for unit in release.units)),
        ("removed", release.removes),
    )
    for relation, names in listed:
        yield from (Touch(name=name, relation=relation, what=own) for own in names if same_name(own, name))


def _by_service(name: str, release: Release, needs: Needs) -> Iterator[Touch]:
    if release.service is not None and same_name(release.service, name):
        yield Touch(name=name, relation="service", what=release.service)
        return
    down = _chain_from(release.depends_on, name, needs)
    if down:
        beginning = (release.service,) if release.service is not None else ()
        yield Touch(name=name, relation="depends_on", what=" > ".join((*beginning, *down)))
    if release.service is not None:
        up = _chain_from((name,), release.service, needs)
        if len(up) > 1:
            yield Touch(name=name, relation="needed_by", what=" > ".join(up))


def _by_machine(name: str, d: Deployment, machines: Machines, *, groups: bool) -> Iterator[Touch]:
    host_by_machine, _ = machines_of(d, machines)
    for target in d.targets:
        if same_name(target.host, name):
            yield Touch(name=name, relation="host", what=target.host)
        elif name in (target.address, address_of(target)) or same_name(
            host_by_machine.get(name, ""), target.host
        ):
            yield Touch(name=name, relation="machine", what=target.host)
        elif groups and name in target.groups:
            yield Touch(name=name, relation="group", what=target.host)


def _needs(deployments: Iterable[Deployment], services: Needs) -> dict[str, list[str]]:
    """What each service depends on, as all plans on record declare it, and as it is known beside them."""
    needs: dict[str, list[str]] = {}
    for service, others in services.items():
        needs.setdefault(as_read(service), []).extend(others)
    for d in deployments:
        if d.plan.release.service is not None:
            needs.setdefault(as_read(d.plan.release.service), []).extend(d.plan.release.depends_on)
    return needs


def _chain_from(starts: Iterable[str], end: str, needs: Needs) -> tuple[str, ...]:
    """The shortest chain of dependencies from one of these services to another; empty where there is none."""
    chains: list[tuple[str, ...]] = [(start,) for start in starts]
    seen: list[str] = []
    while chains:
        chain = chains.pop(0)
        if _is_service(chain[-1], end):
            return chain
        if not is_among(chain[-1], seen):
            seen.append(chain[-1])
            chains += [(*chain, service) for service in _needs_of(chain[-1], needs)]
    return ()


def _needs_of(service: str, needs: Needs) -> Sequence[str]:
    return next((below for name, below in needs.items() if _is_service(service, name)), ())


def _is_service(text: str, service: str) -> bool:
    """Whether a text of `depends_on` means this service, as `payments 7 or newer` means payments."""
    read, name = as_read(text), as_read(service)
    return read == name or read.startswith(f"{name} ")
