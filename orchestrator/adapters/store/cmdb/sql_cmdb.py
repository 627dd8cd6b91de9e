"""The port `CmdbStore` over the database of the journal."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select

from orchestrator.adapters.store.cmdb.rows import read_updates, write_updates
from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.tables import CMDB_FACTS, CMDB_TRIES, CMDB_UPDATES, EVENTS
from orchestrator.domain.cmdb.facts import CiKind, CmdbUpdate
from orchestrator.domain.cmdb.outside import OutsideTry
from orchestrator.domain.journal.lifecycle import ENDS_ON_HOSTS
from orchestrator.engine.cmdb_ports import CmdbStore, EndOnRecord, NoCmdbStore
from orchestrator.engine.ports import Journal


def cmdb_beside(journal: Journal) -> CmdbStore:
    """The CMDB in this journal's store."""
    return SqlCmdb(journal.database) if isinstance(journal, SqlJournal) else NoCmdbStore()


class SqlCmdb(CmdbStore):
    """One transaction for each question."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unreadable = f"The CMDB in {database.place} cannot be read"
        self._unwritable = f"The CMDB in {database.place} cannot be written"

    def updates(self, *, kind: CiKind | None = None) -> Sequence[CmdbUpdate]:
        """See the port."""
        with translated(self._unreadable):
            return self._database.look(lambda connection: read_updates(connection, kind))

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

    def tries(self) -> Sequence[OutsideTry]:
        """See the port."""
        with translated(self._unreadable):
            return self._database.look(
                lambda connection: [_try(row) for row in connection.execute(select(CMDB_TRIES))]
            )

    def note(self, tries: Sequence[OutsideTry]) -> None:
        """See the port."""

        def act(connection: Connection) -> None:
            for each in tries:
                same = (
                    CMDB_TRIES.c.outside == each.outside,
                    CMDB_TRIES.c.deployment == each.deployment,
                    CMDB_TRIES.c.seq == each.seq,
                )
                connection.execute(delete(CMDB_TRIES).where(*same))
            if tries:
                connection.execute(insert(CMDB_TRIES), [_try_row(each) for each in tries])

        with translated(self._unwritable):
            self._database.write(act)


def _try(row: Row[tuple[object, ...]]) -> OutsideTry:
    code = row.silence or None
    at = datetime.fromisoformat(row.at)
    return OutsideTry(row.outside, row.deployment, row.seq, at, row.tries, code, row.detail, float(row.wait))


def _try_row(each: OutsideTry) -> dict[str, object]:
    return {
        "outside": each.outside,
        "deployment": each.deployment,
        "seq": each.seq,
        "at": moment_text(each.at),
        "tries": each.tries,
        "silence": each.code or "",
        "detail": each.detail[:400],
        "wait": int(each.wait),
    }


def _keys(connection: Connection) -> set[tuple[str, int]]:
    rows = connection.execute(select(CMDB_UPDATES.c.deployment, CMDB_UPDATES.c.seq))
    return {(row.deployment, row.seq) for row in rows}


def _lacking(connection: Connection) -> list[EndOnRecord]:
    ends = select(EVENTS.c.deployment, EVENTS.c.seq).where(EVENTS.c.kind.in_(sorted(ENDS_ON_HOSTS)))
    known = _keys(connection)
    ordered = connection.execute(ends.order_by(EVENTS.c.deployment, EVENTS.c.seq))
    return [EndOnRecord(*row) for row in ordered if tuple(row) not in known]
