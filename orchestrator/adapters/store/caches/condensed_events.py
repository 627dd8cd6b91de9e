"""A cache of condensed events next to long ones; a reader ignores and replaces an entry that does not fit."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.adapters.store.caches.fold_form import form
from orchestrator.adapters.store.caches.folds import Mark
from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.forms import moment_text, revived, stored
from orchestrator.adapters.store.tables import CONDENSED, EVENTS
from orchestrator.domain.journal.condensed import Condensed, Counts, condense, condensed
from orchestrator.domain.journal.events import VERSION, Recorded
from orchestrator.errors import StoreFault

LONG = 4_000
"""Length of an event, in characters, from which its condensed form is kept if that is at most a quarter as long."""


class Row(NamedTuple):
    """A stored event; with `counts`, its body is the condensed one, and `mark` is of who condensed it."""

    seq: int
    at: str
    version: int
    kind: str
    body: str
    counts: str | None
    mark: bytes | None


def rows_of(connection: Connection, deployment: str, after: int) -> list[Row]:
    """The events of a deployment, in condensed form where the same code has kept one for the same event."""
    fits = and_(
        CONDENSED.c.deployment == EVENTS.c.deployment,
        CONDENSED.c.seq == EVENTS.c.seq,
        CONDENSED.c.at == EVENTS.c.at,
        CONDENSED.c.form == form(),
    )
    body = func.coalesce(CONDENSED.c.body, EVENTS.c.body)
    wanted = (
        select(
            EVENTS.c.seq,
            EVENTS.c.at,
            EVENTS.c.version,
            EVENTS.c.kind,
            body,
            CONDENSED.c.counts,
            CONDENSED.c.mark,
        )
        .select_from(EVENTS.outerjoin(CONDENSED, fits))
        .where(EVENTS.c.deployment == deployment, EVENTS.c.seq > after)
        .order_by(EVENTS.c.seq)
    )
    return [Row(*row) for row in connection.execute(wanted)]


def condensed_of(deployment: str, row: Row, mark: Mark) -> Condensed:
    """The condensed event of a row. Raises StoreFault or ValueError if the row is invalid, or of somebody else."""
    moment = datetime.fromisoformat(row.at)
    if row.counts is None:
        return Condensed(row.seq, moment, *condense(revived(row.body, row.version, kind=row.kind)))
    if row.mark != mark(_marked(deployment, row.seq, row.body, row.counts)):
        raise ValueError("it was condensed by somebody else")
    counts = Counts.model_validate_json(row.counts)
    return Condensed(row.seq, moment, revived(row.body, VERSION, kind=row.kind), counts)


def keep_read(
    database: Database, deployment: str, rows: Sequence[Row], records: Sequence[Condensed], mark: Mark
) -> None:
    """Cache events that a reader had to condense. Never raises for the database or the disk."""
    pairs = zip(records, rows, strict=True)
    new = _worth_keeping(
        deployment, ((record, row.body) for record, row in pairs if row.counts is None), mark
    )
    with suppress(SQLAlchemyError, OSError, StoreFault):
        if new and database.roomy():
            # Not `write`: no ballast is thrown off for a cache.
            with database.writing() as connection:
                _keep(connection, new)


def keep_written(database: Database, connection: Connection, records: Sequence[Recorded], mark: Mark) -> None:
    """Cache the condensed forms of events in the transaction that appends them; not if the disk has little space."""
    events = ((condensed(record), stored(record.event)) for record in records)
    new = _worth_keeping(records[0].deployment, events, mark)
    if new and database.roomy():
        _keep(connection, new)


def _worth_keeping(
    deployment: str, records: Iterable[tuple[Condensed, str]], mark: Mark
) -> list[dict[str, object]]:
    """Rows for long events whose condensed form is much shorter."""
    rows = [(_row(deployment, record, mark), len(whole)) for record, whole in records if len(whole) >= LONG]
    return [row for row, length in rows if len(str(row["body"])) * 4 <= length]


def _keep(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    for row in rows:
        same = and_(CONDENSED.c.deployment == row["deployment"], CONDENSED.c.seq == row["seq"])
        connection.execute(delete(CONDENSED).where(same))
    connection.execute(insert(CONDENSED), rows)


def _row(deployment: str, record: Condensed, mark: Mark) -> dict[str, object]:
    body, counts = stored(record.event), record.counts.model_dump_json()
    return {
        "deployment": deployment,
        "seq": record.seq,
        "at": moment_text(record.at),
        "form": form(),
        "body": body,
        "counts": counts,
        "mark": mark(_marked(deployment, record.seq, body, counts)),
    }


def _marked(deployment: str, seq: int, body: str, counts: str) -> bytes:
    return f"condensed {deployment} {seq}\n{counts}\n{body}".encode()
