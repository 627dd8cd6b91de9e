"""Conflicts between deployments at the same time (ITIL 4 deployment management 4.1.1): all of them, not only the first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal

from orchestrator.domain.calendar.schedule_of_change import Booking
from orchestrator.domain.text.model_base import Many, Moment, Noun
from orchestrator.domain.text.names import is_among, same_name

ConflictKind = Literal["machine", "ci", "person", "service", "dependency"]
Needs = Mapping[str, Sequence[str]]


class ConflictFound(Noun):
    """Two bookings that conflict from `begins` to `ends` (None: no end is known), and what they share.

    `what` lists hosts (with the other's name where it differs), configuration items, persons, the service, or the chain of
    dependency `shop > payment > ledger`.
    """

    one: str
    other: str
    kind: ConflictKind
    what: Many[str]
    begins: Moment
    ends: Moment | None


def conflicts(bookings: Sequence[Booking], services: Needs | None = None) -> tuple[ConflictFound, ...]:
    """Every conflict between any two bookings. `services` are declared dependencies, in addition to those of the bookings."""
    needs = _needs(bookings, services or {})
    booked = [booking for booking in bookings if booking.is_booked]
    return tuple(
        conflict for booking, other in combinations(booked, 2) for conflict in _between(booking, other, needs)
    )


def conflicts_of(
    new: Booking, others: Iterable[Booking], services: Needs | None = None
) -> tuple[ConflictFound, ...]:
    """Every conflict of one booking with the others; `others` may include the booking itself."""
    rest = [other for other in others if other.id != new.id]
    needs = _needs([new, *rest], services or {})
    return tuple(conflict for other in rest if other.is_booked for conflict in _between(new, other, needs))


def _between(booking: Booking, other: Booking, needs: dict[str, list[str]]) -> Iterator[ConflictFound]:
    begins = max(booking.starts, other.starts)
    ends = min((end for end in (booking.ends, other.ends) if end is not None), default=None)
    if ends is not None and ends <= begins:
        return
    for kind, what in _shared(booking, other, needs):
        yield ConflictFound(one=booking.id, other=other.id, kind=kind, what=what, begins=begins, ends=ends)


def _shared(
    booking: Booking, other: Booking, needs: dict[str, list[str]]
) -> Iterator[tuple[ConflictKind, tuple[str, ...]]]:
    machines = tuple(
        mine if mine == other.machines[machine] else f"{mine} (there {other.machines[machine]})"
        for machine, mine in booking.machines.items()
        if machine in other.machines
    )
    if machines:
        yield "machine", machines
    cis = tuple(ci for ci in booking.cis if ci in set(other.cis))
    if cis:
        yield "ci", cis
    persons = tuple(person for person in booking.persons if is_among(person, other.persons))
    if persons:
        yield "person", persons
    elsewhere = not same_name(booking.environment, other.environment)
    if elsewhere or booking.service is None or other.service is None:
        return
    if booking.service == other.service:
        yield "service", (booking.service,)
        return
    chains = (_chain(booking.service, other.service, needs), _chain(other.service, booking.service, needs))
    chain_words = tuple(" > ".join(chain) for chain in chains if chain)
    if chain_words:
        yield "dependency", chain_words


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
