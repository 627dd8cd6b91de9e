"""The port `CmdbStore` over the database of the journal."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from orchestrator.adapters.store.cmdb.rows import read_updates, write_updates
from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.tables import CMDB_FACTS, CMDB_UPDATES, EVENTS
from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.engine.cmdb_ports import CmdbStore, EndOnRecord, NoCmdbStore
from orchestrator.engine.ports import Journal
from orchestrator.policy.cmdb.update import ENDS


def cmdb_beside(journal: Journal) -> CmdbStore:
    """The CMDB in this journal's store."""
    return SqlCmdb(journal.database) if isinstance(journal, SqlJournal) else NoCmdbStore()


class SqlCmdb(CmdbStore):
    """One transaction for each question."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unreadable = f"The CMDB in {database.place} cannot be read"
        self._unwritable = f"The CMDB in {database.place} cannot be written"

    def updates(self) -> Sequence[CmdbUpdate]:
        """See the port."""
        with translated(self._unreadable):
            return self._database.look(read_updates)

    def lacking(self) -> Sequence[EndOnRecord]:
        """See the port."""
        with translated(self._unreadable):
            return self._database.look(_lacking)

    def add(self, updates: Sequence[CmdbUpdate]) -> None:
        """See the port."""

        def act(connection: Connection) -> None:
            known = _keys(connection)
            write_updates(connection, [each for each in updates if (each.deployment, each.seq) not in known])

        with translated(self._unwritable):
            self._database.write(act)

    def replace(self, updates: Sequence[CmdbUpdate]) -> None:
        """See the port."""

        def act(connection: Connection) -> None:
            for table in (CMDB_FACTS, CMDB_UPDATES):
                connection.execute(delete(table))
            write_updates(connection, updates)

        with translated(self._unwritable):
            self._database.write(act)


def _keys(connection: Connection) -> set[tuple[str, int]]:
    rows = connection.execute(select(CMDB_UPDATES.c.deployment, CMDB_UPDATES.c.seq))
    return {(row.deployment, row.seq) for row in rows}


def _lacking(connection: Connection) -> list[EndOnRecord]:
    ends = select(EVENTS.c.deployment, EVENTS.c.seq).where(EVENTS.c.kind.in_(sorted(ENDS)))
    known = _keys(connection)
    ordered = connection.execute(ends.order_by(EVENTS.c.deployment, EVENTS.c.seq))
    return [EndOnRecord(*row) for row in ordered if tuple(row) not in known]
