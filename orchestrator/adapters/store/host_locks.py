"""Host locks in the journal's database: the machine is the key, so only one deployment can lock it."""

from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from orchestrator.adapters.store.database import Database, FileDatabase
from orchestrator.adapters.store.disk import Relief, no_relief
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.journal import FILE, PATIENCE
from orchestrator.adapters.store.postgresql import shown
from orchestrator.adapters.store.private import private_directory
from orchestrator.adapters.store.tables import EPOCHS, HOST_LOCKS, SEAL_STATE
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.engine.ports import Clock, HostLocks
from orchestrator.errors import StoreFault

_LARGEST = 2**31 - 1
"""What the column holds: a greater number was never given."""


class SqlHostLocks(HostLocks):
    """Locks in `journal.sqlite` of the directory, or in the database at the URL."""

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        *,
        url: str | None = None,
        relief: Relief = no_relief,
        late: bool = False,
    ) -> None:
        """`late`: where there is no such directory, it is made with the first lock. Raises StoreFault."""
        self._clock = clock
        with translated(f"The host locks {shown(url) if url else directory / FILE} cannot be opened"):
            if not late or directory.exists():
                private_directory(directory)
            self._database = (
                Database.at_url(url, file=directory / FILE)
                if url
                else FileDatabase(directory / FILE, PATIENCE, relief, late=late)
            )

    def take(self, deployment: str, machines: Mapping[str, str], by: str) -> list[HostLock]:
        """One transaction: locks all machines, or none and returns the locks of others."""

        def act(connection: Connection) -> list[HostLock]:
            locks = {lock.machine: lock for lock in _all(connection)}
            held = [locks[m] for m in machines if m in locks and locks[m].deployment != deployment]
            if held:
                return held
            since = moment_text(self._clock.now())
            rows = [
                {"machine": machine, "host": host, "deployment": deployment, "since": since, "by": by}
                for machine, host in machines.items()
                if machine not in locks
            ]
            if rows:
                connection.execute(insert(HOST_LOCKS), rows)
            return []

        with translated(f"No host was locked in {self._database.place}"):
            return self._database.write(act, of=deployment)

    def give_back(self, deployment: str) -> None:
        """One transaction."""
        unlock = delete(HOST_LOCKS).where(HOST_LOCKS.c.deployment == deployment)
        with translated(f"No host was unlocked in {self._database.place}"):
            self._database.write(lambda connection: connection.execute(unlock), of=deployment)

    def held(self) -> list[HostLock]:
        """In the order of the time they were taken, then of hosts."""
        with translated(f"The host locks {self._database.place} cannot be read"):
            return self._database.look(_all)

    def next_epoch(self) -> int:
        """A number greater than all earlier epochs, and at least the time in seconds.

        Hosts remember the greatest epoch they have seen; a new store must not give lower epochs than an old one did.
        """
        with translated(f"No epoch was given by {self._database.place}"):
            while True:
                try:
                    return self._database.write(self._give_epoch)
                except IntegrityError:
                    continue  # another process took the same number

    def _give_epoch(self, connection: Connection) -> int:
        now = self._clock.now()
        last = connection.scalar(select(func.max(EPOCHS.c.epoch))) or 0
        epoch = max(last + 1, int(now.timestamp()))
        connection.execute(insert(EPOCHS).values(epoch=epoch, at=now.isoformat()))
        return epoch

    def store(self) -> str:
        """That of the log, which the first append makes."""
        with translated(f"{self._database.place} cannot be read"):
            return self._database.look(lambda connection: connection.scalar(select(SEAL_STATE.c.store))) or ""

    def never_given(self, epochs: Collection[int]) -> frozenset[int]:
        """Rows of epochs are never removed."""

        def ask(connection: Connection) -> frozenset[int]:
            named = [epoch for epoch in epochs if epoch <= _LARGEST]
            given = connection.scalars(select(EPOCHS.c.epoch).where(EPOCHS.c.epoch.in_(named))).all()
            return frozenset(epochs) - frozenset(given)

        with translated(f"The epochs in {self._database.place} cannot be read"):
            return self._database.look(ask)

    def close(self) -> None:
        """Close the connections; a later use opens new ones."""
        self._database.close()


def _all(connection: Connection) -> list[HostLock]:
    rows = connection.execute(select(HOST_LOCKS).order_by(HOST_LOCKS.c.since, HOST_LOCKS.c.host))
    try:
        return [HostLock.model_validate(dict(row._mapping)) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name
    except ValidationError as error:
        raise StoreFault(
            "A row of the host locks is damaged, so nobody knows which machines are held. Copy the journal, then restore "
            "it from a backup."
        ) from error
