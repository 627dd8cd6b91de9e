"""The rows of leases, in the time of the database that keeps them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Double, and_, insert, literal_column, select, update

from orchestrator.adapters.store.team_tables import LEASES
from orchestrator.engine.lease_ports import Holder

_NOW = {
    "postgresql": "extract(epoch FROM clock_timestamp())",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}
"""`now()` would be when the transaction began."""
_STARTED = {"postgresql": "extract(epoch FROM pg_postmaster_start_time())", "sqlite": "0"}
"""A file has no server that could have begun anew."""


class DatabaseTime:
    """What a statement asks the database for its time by, in seconds since 1970."""

    def now(self, connection: Connection) -> ColumnElement[float]:
        """Its own time, at the moment of the statement."""
        return _number(_NOW, connection)

    def started(self, connection: Connection) -> ColumnElement[float]:
        """When its server began."""
        return _number(_STARTED, connection)


OWN_TIME = DatabaseTime()


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """A lease as the database has it, at the database's `now` since it `started`, in seconds since 1970."""

    fence: int
    renewals: int
    until: float
    holder: str
    place: str
    now: float
    started: float


def read(connection: Connection, name: str, time: DatabaseTime = OWN_TIME) -> LeaseRow | None:
    """The row of this name; None where there never was a lease."""
    row = connection.execute(
        select(
            LEASES.c.fence,
            LEASES.c.renewals,
            LEASES.c.until,
            LEASES.c.holder,
            LEASES.c.place,
            time.now(connection),
            time.started(connection),
        ).where(LEASES.c.name == name)
    ).first()
    return None if row is None else LeaseRow(*row)


def fence_of(connection: Connection, name: str) -> int | None:
    """The fence of the lease that is held now, or was last."""
    return connection.scalar(select(LEASES.c.fence).where(LEASES.c.name == name))


def take(
    connection: Connection,
    name: str,
    holder: Holder,
    lease: float,
    before: LeaseRow | None,
    time: DatabaseTime = OWN_TIME,
) -> int:
    """The fence of a lease that follows on `before`, which must still be as it was; 0 where somebody was faster.

    Raises IntegrityError where there was none, and somebody was faster.
    """
    until = time.now(connection) + lease
    taken = {"until": until, "holder": holder.words, "place": holder.place}
    if before is None:
        connection.execute(insert(LEASES).values(name=name, fence=1, renewals=0, **taken))
        return 1
    as_it_was = and_(
        LEASES.c.name == name, LEASES.c.fence == before.fence, LEASES.c.renewals == before.renewals
    )
    fence = before.fence + 1
    done = connection.execute(update(LEASES).where(as_it_was).values(fence=fence, renewals=0, **taken))
    return fence if done.rowcount == 1 else 0


def renew(connection: Connection, name: str, fence: int, lease: float, time: DatabaseTime = OWN_TIME) -> bool:
    """Whether the lease is still of this fence, and lasts a full lease from now on."""
    ours = and_(LEASES.c.name == name, LEASES.c.fence == fence, LEASES.c.holder != "")
    values = {"until": time.now(connection) + lease, "renewals": LEASES.c.renewals + 1}
    return connection.execute(update(LEASES).where(ours).values(**values)).rowcount == 1


def give_back(connection: Connection, name: str, fence: int) -> None:
    """Leave the lease to whoever comes next; the fence stays."""
    ours = and_(LEASES.c.name == name, LEASES.c.fence == fence)
    connection.execute(update(LEASES).where(ours).values(holder="", place=""))


def _number(words: dict[str, str], connection: Connection) -> ColumnElement[float]:
    return literal_column(f"CAST({words[connection.dialect.name]} AS DOUBLE PRECISION)", Double)
