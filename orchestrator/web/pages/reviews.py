"""Reviews after deployments, and what they agreed to do: open ones first, then those that are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orchestrator.domain.text.command_word import command_word
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.errors import StoreFault
from orchestrator.policy.course.awaited import Awaited, awaited_after, awaited_words
from orchestrator.policy.telling.words.review_words import GAP_WORDS
from orchestrator.web.pages.list_rows import page_of_list
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from starlette.responses import Response

    from orchestrator.domain.fold.brief import Brief
    from orchestrator.engine.lookup.review_facts import ReviewFacts
    from orchestrator.web.request_context import Asked

MOST_MISSING = 100
"""Reviews to come that are listed, those that are due first."""
MOST_DONE = 60
"""The newest ended deployments whose finished reviews and actions are listed."""


class ReviewRow(NamedTuple):
    """The review of a deployment that is to come: until when, and what it lacks."""

    brief: Brief
    begun: bool
    due: datetime | None
    overdue: bool
    gaps: tuple[str, ...]


class SignOffRow(NamedTuple):
    """A sign-off, or the review of an emergency, that is still to come."""

    brief: Brief
    words: str
    overdue: bool
    command: str


def _reviews(asked: Asked) -> Response:
    now = asked.ports.clock.now()
    mine = seen_by(asked, survey(asked.ports.journal).briefs)
    missing = sorted((brief for brief in mine if brief.pir_missing), key=_by_due)
    acting = [brief for brief in mine if brief.actions_due]
    done = [brief for brief in mine if brief.over and not brief.pir_missing][:MOST_DONE]
    wanted = {brief.id: brief for brief in (*missing[:MOST_MISSING], *acting, *done)}
    known = {
        name: facts
        for name, facts in asked.service.memory.reviews.of(asked.ports.journal, wanted.values(), now)
        if not isinstance(facts, StoreFault)
    }
    lines = [line for brief in mine if brief.id in known for line in known[brief.id].actions]
    closed = [
        (brief, known[brief.id].closed)
        for brief in done
        if brief.id in known and known[brief.id].closed is not None
    ]
    shown, pages = page_of_list(asked, closed, {})
    return page(
        "reviews.html.j2",
        request=asked.request,
        asked=asked,
        missing=[_row(brief, known[brief.id]) for brief in missing[:MOST_MISSING] if brief.id in known],
        more_missing=max(0, len(missing) - MOST_MISSING),
        signing=list(_signing(mine, now)),
        actions=sorted((line for line in lines if line.done is None), key=lambda line: line.due),
        finished=[line for line in lines if line.done is not None],
        closed=shown,
        pages=pages,
        most=MOST_DONE,
    )


def _by_due(brief: Brief) -> tuple[bool, float]:
    """What is due first; then what has no date, the newest first, as lists have it."""
    return brief.pir_due is None, brief.pir_due.timestamp() if brief.pir_due is not None else 0.0


def _row(brief: Brief, facts: ReviewFacts) -> ReviewRow:
    gaps = tuple(GAP_WORDS[gap.question] for gap in facts.gaps)
    return ReviewRow(brief, facts.begun, facts.due, facts.overdue, gaps)


def _signing(briefs: Sequence[Brief], now: datetime) -> Iterator[SignOffRow]:
    for brief in briefs:
        for awaited in awaited_after(brief):
            if awaited.code in {"sign_off", "emergency_review"}:
                yield SignOffRow(brief, awaited_words(awaited, now), _late(awaited, now), _command(awaited))


def _late(awaited: Awaited, now: datetime) -> bool:
    return awaited.due is not None and awaited.due <= now


def _command(awaited: Awaited) -> str:
    verb = "sign-off" if awaited.code == "sign_off" else "review"
    return f"orch {verb} {awaited.deployment} --as {command_word(awaited.role or 'ROLE')} --reason WHY"


ROUTES = (Route("GET", "/reviews", "see", _reviews),)
