"""The overview: which version of each service is where, what runs, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orchestrator.domain.authority.access import Right
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.environment import EnvironmentClass
from orchestrator.engine.lookup.snapshots import each_of, survey
from orchestrator.policy.authority.access import roles_at
from orchestrator.policy.course.awaited import Awaited, awaited_after, awaited_of_open, awaited_words
from orchestrator.web.gate import place_of
from orchestrator.web.pages.list_rows import Row, row_of
from orchestrator.web.pages.projects_apart import projects_apart
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from starlette.responses import Response

    from orchestrator.domain.fold.brief import Brief
    from orchestrator.web.request_context import Asked

ENDED, WAITING = 8, 30
"""Rows that the overview shows; the lists have all of them."""
CLASSES: tuple[EnvironmentClass, ...] = ("development", "test", "staging", "live")
RIGHTS: Mapping[str, Right] = {
    "approval": "approve",
    "override": "approve",
    "sign_off": "approve",
    "confirmation": "steer",
    "step": "steer",
    "decision": "steer",
    "resume": "steer",
    "emergency_review": "review",
    "review": "review",
    "action": "review",
}
"""The right with which each thing that is awaited is done."""


class Column(NamedTuple):
    """An environment, and its class where files know it."""

    environment: str
    class_: str


class ServiceRow(NamedTuple):
    """A service, and the newest deployment that stands in each environment."""

    service: str
    cells: tuple[Brief | None, ...]


class AtWork(NamedTuple):
    """An open deployment: its present wave from 1, how many there are, and how many of its hosts are deployed."""

    row: Row
    wave: int
    waves: int
    wave_name: str
    done: int
    hosts: int


class Waiting(NamedTuple):
    """What is waited for, in words, and whether whoever asks can do it."""

    awaited: Awaited
    brief: Brief
    words: str
    mine: bool


def _overview(asked: Asked) -> Response:
    known, now = survey(asked.ports.journal), asked.ports.clock.now()
    mine = seen_by(asked, known.briefs)
    opened = _open(asked, mine)
    waits = list(_waits(asked, mine, opened, now))
    columns, rows = services_of(mine)
    ended = [brief for brief in mine if brief.over]
    return page(
        "overview.html.j2",
        request=asked.request,
        asked=asked,
        columns=columns,
        rows=rows,
        at_work=[_at_work(brief, opened.get(brief.id), now) for brief in mine if not brief.over],
        mine=[wait for wait in waits if wait.mine][:WAITING],
        others=[wait for wait in waits if not wait.mine][:WAITING],
        waits=len(waits),
        recent=[row_of(brief, now) for brief in ended[:ENDED]],
        apart=projects_apart(mine),
        unreadable=known.unreadable if asked.may("administer") else {},
    )


def services_of(briefs: Iterable[Brief]) -> tuple[list[Column], list[ServiceRow]]:
    """Services by environments, those for tests first; briefs are newest first."""
    classes: dict[str, str] = {}
    standing: dict[tuple[str, str], Brief] = {}
    services: set[str] = set()
    for brief in briefs:
        if brief.rehearsal:
            continue
        classes[brief.environment] = classes.get(brief.environment) or brief.environment_class or ""
        services.add(brief.service or brief.release)
        if brief.state in STANDS:
            standing.setdefault((brief.service or brief.release, brief.environment), brief)
    columns = sorted((Column(*each) for each in classes.items()), key=_order)
    rows = [
        ServiceRow(service, tuple(standing.get((service, column.environment)) for column in columns))
        for service in sorted(services)
    ]
    return columns, rows


def _order(column: Column) -> tuple[int, str]:
    known = [str(each) for each in CLASSES]
    return (known.index(column.class_) if column.class_ in known else len(known), column.environment)


def _open(asked: Asked, briefs: Iterable[Brief]) -> dict[str, Deployment]:
    names = [brief.id for brief in briefs if not brief.over]
    return {name: d for name, d in each_of(asked.ports.journal, names) if isinstance(d, Deployment)}


def _at_work(brief: Brief, d: Deployment | None, now: datetime) -> AtWork:
    if d is None:
        return AtWork(row_of(brief, now), 0, 0, "", 0, 0)
    done = sum(each.standing in {"deployed", "verified"} for each in d.standings.values())
    begun = d.rollout.wave < len(d.waves) and bool(d.touched_hosts)
    name = d.waves[d.rollout.wave].name if begun else ""
    wave = d.rollout.wave + 1 if begun else 0
    return AtWork(row_of(brief, now), wave, len(d.waves), name, done, len(d.standings))


def _waits(
    asked: Asked, briefs: Iterable[Brief], opened: Mapping[str, Deployment], now: datetime
) -> Iterator[Waiting]:
    """What is awaited, the overdue first, then by its time; the newest deployment first."""
    waits: list[Waiting] = []
    for brief in briefs:
        d = opened.get(brief.id)
        each_awaited = (*(awaited_of_open(d) if d is not None else ()), *awaited_after(brief))
        waits += [
            Waiting(each, brief, awaited_words(each, now), _is_mine(asked, each, brief))
            for each in each_awaited
        ]
    yield from sorted(waits, key=lambda wait: (wait.awaited.due is None, wait.awaited.due or now))


def _is_mine(asked: Asked, awaited: Awaited, brief: Brief) -> bool:
    """Whoever asks has the right there, and the role where one is named."""
    place = place_of(brief)
    if not asked.may(RIGHTS[awaited.code], place):
        return False
    roles = roles_at(asked.access, place) if asked.access is not None else ()
    return awaited.role is None or any(same_role(role, awaited.role) for role in roles)


ROUTES = (Route("GET", "/", "see", _overview),)
