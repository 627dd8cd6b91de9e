"""A cache of folds next to the journal; a reader ignores a fold that does not fit."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

from pydantic import ValidationError
from sqlalchemy import Connection, Select, and_, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.adapters.store.caches.fold_form import form
from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.tables import EVENTS, FOLDS
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief, brief_of
from orchestrator.engine.ports import Progress
from orchestrator.errors import StoreFault

Mark = Callable[[bytes], bytes]
"""The mark of this home under some bytes; nobody else can make it."""
AT_ONCE = 200
"""Deployments in one statement; databases limit the number of values in a statement."""


def progress(connection: Connection, deployments: Sequence[str], mark: Mark) -> Mapping[str, Progress]:
    """The last number of each deployment, and its kept fold if the same code made it from events that all exist."""
    progress_by_name: dict[str, Progress] = {}
    for start in range(0, len(deployments), AT_ONCE):
        names = deployments[start : start + AT_ONCE]
        kept = {row.deployment: _revived(*row, mark) for row in connection.execute(_fitting(names))}
        ahead = dict(_ahead(connection, names))
        progress_by_name |= {
            name: Progress(last, kept.get(name) if number == last else None, ahead.get(name, 0))
            for name, last, number in connection.execute(_last().where(EVENTS.c.deployment.in_(names)))
        }
    return progress_by_name


def briefs(connection: Connection, mark: Mark) -> Mapping[str, Brief]:
    """The brief of every deployment whose kept fold includes its last event."""
    last = _last().subquery()
    up_to_date = and_(
        last.c.deployment == FOLDS.c.deployment, last.c.seq == FOLDS.c.seq, last.c.seq == last.c.number
    )
    columns = (FOLDS.c.deployment, FOLDS.c.brief, FOLDS.c.brief_mark)
    wanted = select(*columns).join(EVENTS, _MADE_OF).join(last, up_to_date)
    briefs_by_name = {}
    for name, text, marked in connection.execute(wanted.where(FOLDS.c.form == form())):
        with suppress(ValidationError):
            if marked == mark(f"brief {name}\n{text}".encode()):
                briefs_by_name[name] = _brief_in(text)
    return briefs_by_name


@lru_cache(maxsize=10_000)
def _brief_in(text: str) -> Brief:
    """A service reads all briefs for each page; one that has not changed is read from its text once."""
    return Brief.model_validate_json(text)


def keep(database: Database, deployments: Sequence[Deployment], mark: Mark) -> None:
    """Replace the kept folds of these deployments. Never raises for the database or the disk."""
    with suppress(SQLAlchemyError, OSError, StoreFault):
        for start in range(0, len(deployments) if database.roomy() else 0, AT_ONCE):
            part = deployments[start : start + AT_ONCE]
            # Not `write`: a cache must not cost any ballast.
            with database.writing() as connection:
                connection.execute(delete(FOLDS).where(FOLDS.c.deployment.in_([d.id for d in part])))
                connection.execute(insert(FOLDS), [_row(d, mark) for d in part])


_MADE_OF = and_(
    EVENTS.c.deployment == FOLDS.c.deployment, EVENTS.c.seq == FOLDS.c.seq, EVENTS.c.at == FOLDS.c.at
)


def _fitting(names: Sequence[str]) -> Select[str, bytes, bytes]:
    return (
        select(FOLDS.c.deployment, FOLDS.c.body, FOLDS.c.mark)
        .join(EVENTS, _MADE_OF)
        .where(FOLDS.c.deployment.in_(names), FOLDS.c.form == form())
    )


def _ahead(connection: Connection, names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Deployments whose kept fold includes events above their last one, whatever code made it: those were deleted."""
    last = _last().where(EVENTS.c.deployment.in_(names)).subquery()
    beyond = and_(last.c.deployment == FOLDS.c.deployment, last.c.seq < FOLDS.c.seq)
    for name, seq, body in connection.execute(
        select(FOLDS.c.deployment, FOLDS.c.seq, FOLDS.c.body).join(last, beyond)
    ):
        # The row alone proves nothing: it is a cache, and whatever is wrong with it must cost no deployment.
        with suppress(zlib.error, ValueError, AttributeError, TypeError):
            if json.loads(zlib.decompress(body)).get("seq") == seq:
                yield name, seq


def _last() -> Select[str, int, int]:
    """The last number of each deployment, and how many events it has: they differ where one is missing."""
    number = func.count().label("number")
    return select(EVENTS.c.deployment, func.max(EVENTS.c.seq).label("seq"), number).group_by(
        EVENTS.c.deployment
    )


def _revived(name: str, body: bytes, marked: bytes, mark: Mark) -> Deployment | None:
    """The fold, if it is what this home has kept."""
    if marked == mark(_marked(name, body)):
        with suppress(zlib.error, ValidationError):
            return Deployment.model_validate_json(zlib.decompress(body))
    return None


def _marked(name: str, body: bytes) -> bytes:
    return f"fold {name}\n".encode() + body


def _row(d: Deployment, mark: Mark) -> dict[str, object]:
    body, brief = zlib.compress(d.model_dump_json().encode(), level=1), brief_of(d).model_dump_json()
    return {
        "deployment": d.id,
        "seq": d.seq,
        "at": moment_text(d.last_at),
        "form": form(),
        "body": body,
        "brief": brief,
        "mark": mark(_marked(d.id, body)),
        "brief_mark": mark(f"brief {d.id}\n{brief}".encode()),
    }
