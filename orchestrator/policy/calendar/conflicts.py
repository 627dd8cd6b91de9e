"""Conflicts between deployments over the same time (ITIL 4 deployment management 4.1.1): all of them, not only the first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal

from orchestrator.domain.calendar.schedule_of_change import Booking
from orchestrator.domain.text.model_base import Many, Moment, Noun

ConflictKind = Literal["machine", "ci", "service", "dependency"]
Needs = Mapping[str, Sequence[str]]


class ConflictFound(Noun):
    """Two bookings that cannot share the time from `begins` to `ends` (None: no end is known), and what they share.

    `what` are hosts (with the other's name where it differs), configuration items, the service, or the chain of
    dependency `shop > payment > ledger`.
    """

    one: str
    other: str
    kind: ConflictKind
    what: Many[str]
    begins: Moment
    ends: Moment | None


def conflicts(bookings: Sequence[Booking], services: Needs | None = None) -> tuple[ConflictFound, ...]:
    """Every conflict between any two bookings. `services` are the declared dependencies beside those of the bookings."""
    needs = _needs(bookings, services or {})
    booked = [booking for booking in bookings if booking.is_booked]
    return tuple(found for one, other in combinations(booked, 2) for found in _between(one, other, needs))


def conflicts_of(
    new: Booking, others: Iterable[Booking], services: Needs | None = None
) -> tuple[ConflictFound, ...]:
    """Every conflict of one booking with others; it may be among them itself."""
    rest = [other for other in others if other.id != new.id]
    needs = _needs([new, *rest], services or {})
    return tuple(found for other in rest if other.is_booked for found in _between(new, other, needs))


def _between(one: Booking, other: Booking, needs: dict[str, list[str]]) -> Iterator[ConflictFound]:
    begins = max(one.starts, other.starts)
    ends = min((end for end in (one.ends, other.ends) if end is not None), default=None)
    if ends is not None and ends <= begins:
        return
    for kind, what in _shared(one, other, needs):
        yield ConflictFound(one=one.id, other=other.id, kind=kind, what=what, begins=begins, ends=ends)


def _shared(
    one: Booking, other: Booking, needs: dict[str, list[str]]
) -> Iterator[tuple[ConflictKind, tuple[str, ...]]]:
    machines = tuple(
        mine if mine == other.machines[machine] else f"{mine} (there {other.machines[machine]})"
        for machine, mine in one.machines.items()
        if machine in other.machines
    )
    if machines:
        yield "machine", machines
    cis = tuple(ci for ci in one.cis if ci in set(other.cis))
    if cis:
        yield "ci", cis
    if one.environment != other.environment or one.service is None or other.service is None:
        return
    if one.service == other.service:
        yield "service", (one.service,)
        return
    chains = (_chain(one.service, other.service, needs), _chain(other.service, one.service, needs))
    found = tuple(" > ".join(chain) for chain in chains if chain)
    if found:
        yield "dependency", found


def _needs(bookings: Iterable[Booking], services: Needs) -> dict[str, list[str]]:
    needs = {service: list(others) for service, others in services.items()}
    for booking in bookings:
        if booking.service is not None:
            needs.setdefault(booking.service, []).extend(booking.depends_on)
    return needs


def _chain(start: str, end: str, needs: dict[str, list[str]]) -> tuple[str, ...]:
    """The shortest chain of dependencies from one service to another; empty where there is none."""
    chains: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while chains:
        chain = chains.pop(0)
        for service in needs.get(chain[-1], ()):
            if service == end:
                return (*chain, service)
            if service not in seen:
                seen.add(service)
                chains.append((*chain, service))
    return ()
