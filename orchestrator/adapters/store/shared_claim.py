"""The claim to drive a deployment across machines: a lease in the database of the server, renewed by a thread."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from os import getpid
from threading import Event, Thread

from sqlalchemy import Connection

from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.leases import rows
from orchestrator.adapters.store.leases.lease_session import LeaseSession
from orchestrator.adapters.store.leases.sql_leases import SqlLeases
from orchestrator.engine.lease_ports import Holder, Lease, LeaseSeen, LeaseTerms
from orchestrator.engine.ports import Clock, DriverClaim
from orchestrator.errors import Conflict, StoreFault, TakenOver

RETRY = 1.0
"""Seconds after which a renewal that failed is tried again."""
LONGEST_WAIT = 45.0
"""Seconds within which a holder that is gone is followed, or the wait for that ends."""


def no_words(_words: str) -> None:
    """Where nobody is told."""


ORDINARY = LeaseTerms()


@dataclass(frozen=True, slots=True)
class ClaimTerms:
    """The terms of leases, and whom to tell that one is waited for."""

    lease: LeaseTerms = ORDINARY
    tell: Callable[[str], None] = no_words


ORDINARY_CLAIMS = ClaimTerms()


class SharedClaims:
    """The claims of one process on a server; what was seen of other holders is remembered between calls."""

    def __init__(self, database: Database, clock: Clock, terms: ClaimTerms) -> None:
        self._database, self._clock, self._terms = database, clock, terms
        self._sessions: dict[str, LeaseSession] = {}
        self._leases = SqlLeases(
            database.look, database.write, clock, terms.lease, place=database.place, renewing=self._session
        )

    def take(self, name: str, file: tuple[int, int]) -> "SharedClaim":
        """The claim. Raises Conflict, when its holder is seen to renew it, or StoreFault. `file`: what this process locked.

        A renewal is the only sign of life: a machine that stands still, or was cut off, keeps its connections.
        """
        boot, begun = self._clock.uptime()
        holder = Holder(
            f"pid {getpid()} on {socket.gethostname()}", ":".join((boot, *(str(part) for part in file)))
        )
        announced, first = False, None
        while True:
            try:
                lease = self._leases.take(name, holder)
            except Conflict:
                seen, waited = self._leases.look(name), self._clock.uptime()[1] - begun
                first = first or seen
                if waited > LONGEST_WAIT or (seen and first and seen.sign != first.sign):
                    raise
                if seen is not None and waited > self._terms.lease.overdue and not announced:
                    self._terms.tell(self._waiting_words(name, seen))
                    announced = True
                self._clock.sleep(self._terms.lease.look)
                continue
            return SharedClaim(lease, self._sessions.pop(name), self._clock, self._terms.lease)

    def look(self, name: str) -> LeaseSeen | None:
        """The claim as it is held now; None where nobody holds it. Raises StoreFault."""
        return self._leases.look(name)

    def _session(self, name: str) -> LeaseSession:
        session = self._sessions[name] = LeaseSession(self._database.engine)
        return session

    def _waiting_words(self, name: str, seen: LeaseSeen) -> str:
        return (
            f"{name} was driven by {seen.holder}, which shows no life; its claim ends when it was not renewed for "
            f"{self._terms.lease.lease:.0f} seconds."
        )


class SharedClaim(DriverClaim):
    """Holds until the `with` block ends, or another takes over because the lease was not renewed."""

    def __init__(self, lease: Lease, session: LeaseSession, clock: Clock, terms: LeaseTerms) -> None:
        self.lease = lease
        self._session, self._clock, self._terms = session, clock, terms
        self._over = Event()
        self._fault: StoreFault | None = None
        self._renewed()
        Thread(target=self._renew_on, daemon=True).start()

    def __enter__(self) -> "SharedClaim":
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self.lease.give_back()
        self._session.close()

    def confirm(self) -> None:
        """While renewals fail it waits, so that nothing is done by a holder that may be none."""
        waited = 0.0
        while not self.lease.lost() and (self._fault is not None or self.lease.left() <= 0):
            if self._renewed():
                break
            if waited >= self._terms.patience and self._fault is not None:
                raise self._fault
            self._clock.sleep(self._terms.look)
            waited += self._terms.look
        if self.lease.lost():
            raise self._taken()

    def refuse_if_taken(self, connection: Connection) -> None:
        """Within a writer's transaction, which no take-over can interrupt. Raises Conflict."""
        if rows.fence_of(connection, self.lease.name) != self.lease.fence:
            raise self._taken()

    def patient(self, tries: int) -> bool:
        """Wait a moment for a server that is away; whether it is worth asking it once more."""
        if tries * self._terms.look >= self._terms.patience or self.lease.lost():
            return False
        self._clock.sleep(self._terms.look)
        return True

    def _taken(self) -> TakenOver:
        return TakenOver(
            f"{self.lease.name} was taken over by another process, because this one had not renewed its claim for "
            f"{self._terms.lease:.0f} seconds; it stops without touching anything. Watch it: orch status {self.lease.name}."
        )

    def _renew_on(self) -> None:
        wait = self._terms.renew
        while not self._over.wait(wait) and not self.lease.lost():
            wait = self._terms.renew if self._renewed() else min(RETRY, self._terms.renew)

    def _renewed(self) -> bool:
        try:
            renewed = self.lease.renew()
        except StoreFault as fault:
            self._fault = fault
            return False
        self._fault = None
        return renewed
