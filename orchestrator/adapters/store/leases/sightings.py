"""For how long a lease was seen unrenewed: what a take-over rests on. Pure: the database and the clock are asked elsewhere.

Only time counts in which the database was there to renew it. So a look that came late, was answered late, or found a server
that began anew in between begins the count anew: each holder has a full lease after the database was away.
"""

from dataclasses import dataclass

from orchestrator.adapters.store.leases.rows import LeaseRow

SOON = 5.0
"""Seconds between two looks that count as one; and within which a look is answered."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A lease as it was seen; `asked` and `answered` are of this machine's uptime, in seconds."""

    row: LeaseRow
    asked: float
    answered: float


@dataclass(frozen=True, slots=True)
class Seen:
    """The first and the last of the sightings that belong together."""

    first: Sighting
    last: Sighting

    @property
    def seconds(self) -> float:
        """How long it was seen unrenewed, by the slower of the two clocks."""
        own = self.last.asked - self.first.answered
        return max(0.0, min(own, self.last.row.now - self.first.row.now))


def seen_with(before: Seen | None, present: Sighting) -> Seen:
    """What was seen, with one sighting more."""
    if before is not None and _goes_on(before.last, present):
        return Seen(before.first, present)
    return Seen(present, present)


def _goes_on(last: Sighting, present: Sighting) -> bool:
    before, after = last.row, present.row
    same = (before.fence, before.renewals, before.started) == (after.fence, after.renewals, after.started)
    return same and present.answered - last.asked <= SOON and after.now >= before.now
