"""The rows of updates: written with the event that they follow from, in its transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select

from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.tables import CMDB_FACTS, CMDB_UPDATES
from orchestrator.domain.cmdb.facts import ChangeMade, CiFact, CiKind, CmdbUpdate
from orchestrator.errors import StoreFault

AT_ONCE = 500
"""Rows in one statement; databases limit the number of values in a statement."""


def write_updates(connection: Connection, updates: Sequence[CmdbUpdate]) -> None:
    """Add the rows of these updates. Rows that events left which are not there any more are replaced."""
    for update in updates:
        for table in (CMDB_FACTS, CMDB_UPDATES):
            gone = delete(table).where(table.c.deployment == update.deployment, table.c.seq >= update.seq)
            connection.execute(gone)
        key = {"deployment": update.deployment, "seq": update.seq}
        change = update.change.model_dump_json(exclude_defaults=True)
        connection.execute(insert(CMDB_UPDATES), {**key, "at": moment_text(update.at), "change": change})
        rows = [
            {**key, "ci": fact.ci, "body": fact.model_dump_json(exclude_defaults=True)}
            for fact in update.facts
        ]
        for start in range(0, len(rows), AT_ONCE):
            connection.execute(insert(CMDB_FACTS), rows[start : start + AT_ONCE])


def read_updates(connection: Connection, kind: CiKind | None = None) -> list[CmdbUpdate]:
    """Every update, with the facts of one kind or of all. Raises StoreFault for a row that cannot be read."""
    try:
        facts: dict[tuple[str, int], list[CiFact]] = {}
        for name, seq, fact in _facts(connection, kind):
            facts.setdefault((name, seq), []).append(fact)
        rows = connection.execute(
            select(CMDB_UPDATES).order_by(CMDB_UPDATES.c.deployment, CMDB_UPDATES.c.seq)
        )
        return [
            CmdbUpdate.of_valid(
                deployment=row.deployment,
                seq=row.seq,
                at=datetime.fromisoformat(row.at),
                change=ChangeMade.model_validate_json(row.change),
                facts=tuple(facts.get((row.deployment, row.seq), ())),
            )
            for row in rows
        ]
    except (ValidationError, ValueError) as damaged:
        raise StoreFault(
            "The CMDB in the store cannot be read: a row of it is damaged. orch cmdb rebuild makes it anew from the journals."
        ) from damaged


def _facts(connection: Connection, kind: CiKind | None) -> Iterator[tuple[str, int, CiFact]]:
    wanted = select(CMDB_FACTS.c.deployment, CMDB_FACTS.c.seq, CMDB_FACTS.c.body).order_by(CMDB_FACTS.c.ci)
    if kind is not None:
        wanted = wanted.where(CMDB_FACTS.c.ci.startswith(f"{kind}:"))
    for name, seq, body in connection.execute(wanted):
        yield name, seq, CiFact.model_validate_json(body)
