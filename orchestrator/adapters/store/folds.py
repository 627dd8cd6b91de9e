"""Folds that are kept beside the journal: a cache, thrown away by whoever finds that it does not fit."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

import pydantic
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Select, and_, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

import orchestrator.domain
import orchestrator.policy
from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.tables import EVENTS, FOLDS
from orchestrator.domain.brief import Brief, brief_of
from orchestrator.domain.deployment import Deployment
from orchestrator.engine.ports import Progress, Told
from orchestrator.policy.story import Story

AT_ONCE = 200
"""Deployments of one statement; databases have limits for the number of values in one."""


@cache
def form() -> str:
    """Names the code that folds and tells: every change to it, or to what reads it, makes all that was kept unfit."""
    layers = (orchestrator.domain.__file__, orchestrator.policy.__file__)
    return form_of(Path(layer or "").parent for layer in layers)


def form_of(folders: Iterable[Path]) -> str:
    """The name of the code in these folders."""
    digest = sha256(pydantic.VERSION.encode())
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def progress(connection: Connection, deployments: Sequence[str]) -> Mapping[str, Progress]:
    """The last number of each, and its kept fold where that was made by the same code of events that are there."""
    found: dict[str, Progress] = {}
    for start in range(0, len(deployments), AT_ONCE):
        names = deployments[start : start + AT_ONCE]
        kept = {name: (body, story) for name, body, story in connection.execute(_fitting(names))}
        found |= {
            name: Progress(last, _revived(kept.get(name)))
            for name, last in connection.execute(_last().where(EVENTS.c.deployment.in_(names)))
        }
    return found


def briefs(connection: Connection) -> Mapping[str, Brief]:
    """Of every deployment whose fold was kept with its last event in it."""
    last = _last().subquery()
    up_to_date = and_(last.c.deployment == FOLDS.c.deployment, last.c.seq == FOLDS.c.seq)
    wanted = select(FOLDS.c.deployment, FOLDS.c.brief).join(EVENTS, _MADE_OF).join(last, up_to_date)
    found = {}
    for name, text in connection.execute(wanted.where(FOLDS.c.form == form())):
        with suppress(ValidationError):
            found[name] = Brief.model_validate_json(text)
    return found


def keep(database: Database, told: Sequence[Told]) -> None:
    """Replace what was kept. Never raises for the database or the disk."""
    with suppress(SQLAlchemyError, OSError):
        for start in range(0, len(told) if database.roomy() else 0, AT_ONCE):
            part = told[start : start + AT_ONCE]
            # Not `write`: no ballast is thrown off for a cache.
            with database.writing() as connection:
                connection.execute(
                    delete(FOLDS).where(FOLDS.c.deployment.in_([one.deployment.id for one in part]))
                )
                connection.execute(insert(FOLDS), [_row(one) for one in part])


_MADE_OF = and_(
    EVENTS.c.deployment == FOLDS.c.deployment, EVENTS.c.seq == FOLDS.c.seq, EVENTS.c.at == FOLDS.c.at
)


def _fitting(names: Sequence[str]) -> Select[str, bytes, bytes]:
    return (
        select(FOLDS.c.deployment, FOLDS.c.body, FOLDS.c.story)
        .join(EVENTS, _MADE_OF)
        .where(FOLDS.c.deployment.in_(names), FOLDS.c.form == form())
    )


def _last() -> Select[str, int]:
    return select(EVENTS.c.deployment, func.max(EVENTS.c.seq).label("seq")).group_by(EVENTS.c.deployment)


def _revived(kept: tuple[bytes, bytes] | None) -> Told | None:
    if kept is None:
        return None
    body, story = kept
    try:
        return Told(
            Deployment.model_validate_json(zlib.decompress(body)),
            _story().validate_json(zlib.decompress(story)),
        )
    except (zlib.error, ValidationError):
        return None


@cache
def _story() -> TypeAdapter[Story]:
    """Made when it is first asked for: who looks at briefs only needs none."""
    return TypeAdapter(Story)


def _row(told: Told) -> dict[str, object]:
    d = told.deployment
    return {
        "deployment": d.id,
        "seq": d.seq,
        "at": moment_text(d.last_at),
        "form": form(),
        "body": zlib.compress(d.model_dump_json().encode(), level=1),
        "story": zlib.compress(_story().dump_json(told.story), level=1),
        "brief": brief_of(d).model_dump_json(),
    }
