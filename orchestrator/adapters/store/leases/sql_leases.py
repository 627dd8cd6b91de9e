"""Leases in a table: of a server, and with the same statements of a file."""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.leases import rows
from orchestrator.adapters.store.leases.sightings import Seen, Sighting, seen_with
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lease_ports import Holder, Lease, Leases, LeaseSeen, LeaseTerms
from orchestrator.engine.ports import Clock
from orchestrator.errors import Conflict

T = TypeVar("T")


class Acts(Protocol):
    """Acts on the database in one transaction, or asks it."""

    def __call__(self, act: Callable[[Connection], T], /) -> T:
        """What `act` returns. Raises the errors of SQLAlchemy and of the system."""
        ...


class SqlLeases(Leases):
    """What it saw of each lease lasts as long as this object."""

    def __init__(
        self,
        look: Acts,
        write: Acts,
        clock: Clock,
        terms: LeaseTerms,
        *,
        place: str = "the store",
        renewing: Callable[[str], Acts] | None = None,
        time: rows.DatabaseTime = rows.OWN_TIME,
    ) -> None:
        """`look` and `write` act in a transaction, the latter alone; `renewing` gives what renews one lease."""
        self._look, self._write, self._clock, self._terms, self._place = look, write, clock, terms, place
        self._renewing = renewing or (lambda name: write)
        self._time = time
        self._seen: dict[str, Seen] = {}

    def take(self, name: str, holder: Holder) -> Lease:
        """See the port."""
        seen = self._sighted(name)
        row = None if seen is None else seen.last.row
        if row is not None and seen is not None and not self._is_free(row, holder, seen.seconds):
            raise Conflict(self._held_words(name, row))
        sent = self._clock.uptime()[1]
        with translated(f"{name} cannot be claimed in {self._place}"):
            try:
                fence = self._write(lambda c: rows.take(c, name, holder, self._terms.lease, row, self._time))
            except IntegrityError:
                fence = 0
        if not fence:
            raise Conflict(f"{name} was taken by another process just now. Watch it: orch status {name}.")
        self._seen.pop(name, None)
        return SqlLease(name, fence, sent, self._renewing(name), self._clock, self._terms, self._time)

    def look(self, name: str) -> LeaseSeen | None:
        """See the port."""
        seen = self._sighted(name)
        if seen is None or not seen.last.row.holder:
            return None
        row, words = seen.last.row, plain(seen.last.row.holder, 200)
        age = row.now - (row.until - self._terms.lease)
        return LeaseSeen(words, (row.fence, row.renewals), age, seen.seconds, self._terms)

    def holder(self, name: str) -> tuple[str, int]:
        """See the port."""
        with translated(f"{name} cannot be looked up in {self._place}"):
            row = self._look(lambda c: rows.read(c, name, self._time))
        return ("", 0) if row is None else (row.holder, row.fence)

    def _sighted(self, name: str) -> Seen | None:
        asked = self._clock.uptime()[1]
        try:
            with translated(f"{name} cannot be looked up in {self._place}"):
                row = self._look(lambda c: rows.read(c, name, self._time))
        except BaseException:
            self._seen.pop(name, None)
            raise
        if row is None:
            return None
        sighting = Sighting(row, asked, self._clock.uptime()[1])
        self._seen[name] = seen = seen_with(self._seen.get(name), sighting)
        return seen

    def _is_free(self, row: rows.LeaseRow, holder: Holder, seen: float) -> bool:
        return (
            not row.holder or (holder.place != "" and row.place == holder.place) or seen >= self._terms.lease
        )

    def _held_words(self, name: str, row: rows.LeaseRow) -> str:
        return (
            f"{name} is driven by another process ({plain(row.holder, 200)}). Watch it: orch status {name}. If that process "
            f"is gone, its lease is over {self._terms.lease:.0f} seconds after the last renewal; repeat the command then."
        )


class SqlLease(Lease):
    """A lease by its fence."""

    def __init__(
        self,
        name: str,
        fence: int,
        sent: float,
        act: Acts,
        clock: Clock,
        terms: LeaseTerms,
        time: rows.DatabaseTime,
    ) -> None:
        self._time = time
        self.name, self.fence = name, fence
        self._sent, self._act, self._clock, self._terms = sent, act, clock, terms
        self._lost = False

    def renew(self) -> bool:
        """See the port."""
        if self._lost:
            return False
        sent = self._clock.uptime()[1]
        with translated(f"The lease on {self.name} cannot be renewed"):
            renewed = self._act(lambda c: rows.renew(c, self.name, self.fence, self._terms.lease, self._time))
        if renewed:
            self._sent = max(self._sent, sent)
        else:
            self._lost = True
        return not self._lost

    def left(self) -> float:
        """See the port."""
        if self._lost:
            return 0.0
        return self._sent + self._terms.lease - self._terms.margin - self._clock.uptime()[1]

    def lost(self) -> bool:
        """See the port."""
        return self._lost

    def give_back(self) -> None:
        """See the port."""
        if self._lost:
            return
        self._lost = True
        with suppress(SQLAlchemyError, OSError):
            self._act(lambda c: rows.give_back(c, self.name, self.fence))
