"""Reviews after deployments, and what they agreed to do: open ones first, then those that are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.review_asked import may_be_reviewed, review_due, review_missing
from orchestrator.domain.text.command_word import command_word
from orchestrator.engine.lookup.snapshots import each_of, survey
from orchestrator.policy.course.awaited import Awaited, awaited_after, awaited_words
from orchestrator.policy.course.post_review import review_gaps
from orchestrator.policy.course.review_actions import ActionLine, action_lines
from orchestrator.policy.telling.words.review_words import GAP_WORDS
from orchestrator.web.pages.list_rows import page_of_list
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from starlette.responses import Response

    from orchestrator.domain.deployment.post_review import Answer
    from orchestrator.domain.fold.brief import Brief
    from orchestrator.web.request_context import Asked

MOST_DONE = 60
"""The newest ended deployments whose finished reviews and actions are listed."""


class ReviewRow(NamedTuple):
    """The review of a deployment: until when, what it lacks, and what it came to when it was closed."""

    brief: Brief
    begun: bool
    due: datetime | None
    overdue: bool
    gaps: tuple[str, ...]
    closed: Answer | None


class SignOffRow(NamedTuple):
    """A sign-off, or the review of an emergency, that is still to come."""

    brief: Brief
    words: str
    overdue: bool
    command: str


def _reviews(asked: Asked) -> Response:
    now = asked.ports.clock.now()
    mine = seen_by(asked, survey(asked.ports.journal).briefs)
    missing = [brief for brief in mine if brief.pir_missing]
    acting = [brief for brief in mine if brief.actions_due]
    done = [brief for brief in mine if brief.over and not brief.pir_missing][:MOST_DONE]
    read = _read(asked, {brief.id: brief for brief in (*missing, *acting, *done)})
    actions = sorted(
        (line for brief in acting if brief.id in read for line in _actions(read[brief.id], now)),
        key=lambda line: line.due,
    )
    finished = [
        line for brief in mine if brief.id in read for line in _actions(read[brief.id], now, finished=True)
    ]
    closed = [
        _row(brief, read[brief.id], now)
        for brief in done
        if brief.id in read and read[brief.id].post_review.closed is not None
    ]
    shown, pages = page_of_list(asked, closed, {})
    return page(
        "reviews.html.j2",
        request=asked.request,
        asked=asked,
        missing=[_row(brief, read[brief.id], now) for brief in missing if brief.id in read],
        signing=list(_signing(mine, now)),
        actions=actions,
        finished=finished,
        closed=shown,
        pages=pages,
        most=MOST_DONE,
    )


def _read(asked: Asked, briefs: dict[str, Brief]) -> dict[str, Deployment]:
    return {name: d for name, d in each_of(asked.ports.journal, list(briefs)) if isinstance(d, Deployment)}


def _row(brief: Brief, d: Deployment, now: datetime) -> ReviewRow:
    due = review_due(d)
    review = d.post_review
    return ReviewRow(
        brief,
        review.opened is not None,
        due,
        review_missing(d) and due is not None and due <= now,
        tuple(GAP_WORDS[gap.question] for gap in review_gaps(d)) if may_be_reviewed(d) else (),
        review.closed,
    )


def _actions(d: Deployment, now: datetime, *, finished: bool = False) -> Iterator[ActionLine]:
    """The actions of a review, without the review itself."""
    for line in action_lines(d, now, every_one=True):
        if line.number is not None and (line.done is not None) == finished:
            yield line


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
