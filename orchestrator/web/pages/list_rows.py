"""Rows of lists of deployments, and the pages that long lists have."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlencode

from orchestrator.domain.deployment.deployment import Deployment, elapsed
from orchestrator.engine.lookup.snapshots import each_of
from orchestrator.policy.course.brief_words import tone_of_brief, waiting_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from orchestrator.domain.fold.brief import Brief
    from orchestrator.policy.telling.ends import Tone
    from orchestrator.web.request_context import Asked

T = TypeVar("T")
AT_ONCE = 50
"""Rows of a page of a list."""


class Row(NamedTuple):
    """A deployment in a list."""

    brief: Brief
    state: str
    waiting: str
    tone: Tone
    seconds: float | None


class ListPages(NamedTuple):
    """Where a page of a list stands; `before` and `after` are links, empty where there is none."""

    number: int
    of: int
    before: str
    after: str


def rows_of(asked: Asked, briefs: Sequence[Brief], now: datetime) -> list[Row]:
    """A row for each; rehearsals are read whole, for their result is in no brief."""
    names = [brief.id for brief in briefs if brief.rehearsal]
    rehearsals = {name: d for name, d in each_of(asked.ports.journal, names) if isinstance(d, Deployment)}
    return [row_of(brief, now, rehearsals.get(brief.id)) for brief in briefs]


def row_of(brief: Brief, now: datetime, rehearsal: Deployment | None = None) -> Row:
    """The row of one deployment."""
    return Row(
        brief,
        brief.state.value,
        waiting_words(brief, now, rehearsal),
        tone_of_brief(brief, now, rehearsal),
        elapsed(brief.opened_at, brief.ended_at, now),
    )


def page_of_list(
    asked: Asked, items: Sequence[T], filters: Mapping[str, str], at_once: int = AT_ONCE
) -> tuple[Sequence[T], ListPages]:
    """The items of the page that is asked for (`page`, from 1), and its links, which keep the filters."""
    of = max(1, -(-len(items) // at_once))
    number = min(max(1, _number(asked.request.query_params.get("page", "1"))), of)
    path, kept = asked.request.url.path, {name: value for name, value in filters.items() if value}

    def link(wanted: int) -> str:
        return f"{path}?{urlencode({**kept, 'page': wanted})}" if 1 <= wanted <= of else ""

    begins = (number - 1) * at_once
    return items[begins : begins + at_once], ListPages(number, of, link(number - 1), link(number + 1))


def given(asked: Asked, names: Iterable[str], longest: int = 200) -> dict[str, str]:
    """What the query of a request says for each of these names, without spaces around it; empty where it says nothing."""
    return {name: asked.request.query_params.get(name, "").strip()[:longest] for name in names}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1
