"""What was appended since somebody looked last, by the log of the store: what was remembered of the others still holds."""

from typing import Any

from sqlalchemy import Connection, Row, select

from orchestrator.adapters.store.seals.raw_values import number, raw, text
from orchestrator.adapters.store.tables import SEAL_LOG
from orchestrator.engine.journal_changes import Changes, Position

BEFORE_ALL = Position(-1, "", 0, b"")
"""Of a log in which nothing is."""

_HEADS = select(*(raw(SEAL_LOG.c[name]) for name in ("number", "deployment", "size", "root")))


def changes(connection: Connection, since: Position | None) -> Changes:
    """Two or three looks at a key, whatever the history. A log that has another row at that place is another log.

    The newest row is read first: what comes in between is named too, and then once more.
    """
    newest = connection.execute(_HEADS.order_by(SEAL_LOG.c.number.desc()).limit(1)).first()
    here = BEFORE_ALL if newest is None else _position(newest)
    if since is None or here == since:
        return Changes(here, None if since is None else frozenset())
    if since != BEFORE_ALL:
        there = connection.execute(_HEADS.where(SEAL_LOG.c.number == since.number)).first()
        if there is None or _position(there) != since:
            return Changes(here, None)
    later = select(raw(SEAL_LOG.c.deployment)).where(SEAL_LOG.c.number > since.number).distinct()
    return Changes(here, frozenset(map(text, connection.scalars(later))))


def _position(row: Row[*tuple[Any, ...]]) -> Position:
    return Position(number(row.number), text(row.deployment), number(row.size), row.root)
