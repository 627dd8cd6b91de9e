"""Records, reviews and baselines over the API: the files of a record, what is to be reviewed, and what was captured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.post_review import Answer
from orchestrator.domain.deployment.review_asked import may_be_reviewed, review_due, review_missing
from orchestrator.domain.evidence.baseline import Baseline
from orchestrator.domain.text.model_base import Moment
from orchestrator.engine.lookup.snapshots import each_of, survey
from orchestrator.policy.course.post_review import review_gaps
from orchestrator.policy.course.review_actions import ActionLine, action_lines
from orchestrator.policy.telling.words.review_words import GAP_WORDS
from orchestrator.web.api.answering import answered
from orchestrator.web.api.deployments import BASE
from orchestrator.web.api.described import Described
from orchestrator.web.api.house import refuse_partial
from orchestrator.web.api.models import Answered
from orchestrator.web.api.pages_of_lists import Paged, page_of
from orchestrator.web.api.reading import query_of
from orchestrator.web.pages.records import record_file
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from starlette.responses import Response

    from orchestrator.domain.fold.brief import Brief
    from orchestrator.web.request_context import Asked


class ReviewLine(Answered):
    """The review of a deployment: when it is due, what it lacks, and what it came to when it was closed."""

    deployment: str
    opened: bool
    due: Moment | None
    overdue: bool
    lacks: list[str]
    closed: Answer | None


class ReviewList(Answered):
    """A page of reviews, those of the newest deployments first; `next` is the `after` of the next page."""

    items: list[ReviewLine]
    next: str | None


class ActionShown(Answered):
    """An action that a review agreed on; `number` is empty where it is the review itself."""

    deployment: str
    number: int | None
    what: str
    owner: str | None
    due: Moment
    overdue: bool
    done: dict[str, object] | None


class ActionList(Answered):
    """A page of actions; `next` is the `after` of the next page."""

    items: list[ActionShown]
    next: str | None


class ActionsWanted(Paged):
    """`every`: actions that are done too."""

    every: bool = False


def _reviews(asked: Asked) -> Response:
    wanted, now = query_of(asked, Paged), asked.ports.clock.now()
    briefs = [brief for brief in seen_by(asked, survey(asked.ports.journal).briefs) if brief.over]
    part, following = page_of(briefs, wanted, lambda brief: brief.id)
    read = _read(asked, part)
    return answered(asked, ReviewList(items=[_review(d, now) for d in read], next=following))


def _review(d: Deployment, now: datetime) -> ReviewLine:
    due = review_due(d)
    return ReviewLine(
        deployment=d.id,
        opened=d.post_review.opened is not None,
        due=due,
        overdue=review_missing(d) and due is not None and due <= now,
        lacks=[GAP_WORDS[gap.question] for gap in review_gaps(d)] if may_be_reviewed(d) else [],
        closed=d.post_review.closed,
    )


def _actions(asked: Asked) -> Response:
    wanted, now = query_of(asked, ActionsWanted), asked.ports.clock.now()
    briefs = [
        brief
        for brief in seen_by(asked, survey(asked.ports.journal).briefs)
        if wanted.every or brief.actions_due or (brief.pir_missing and brief.pir_due is not None)
    ]
    part, following = page_of(briefs, wanted, lambda brief: brief.id)
    lines = [line for d in _read(asked, part) for line in action_lines(d, now, every_one=wanted.every)]
    return answered(asked, ActionList(items=[_action(line) for line in lines], next=following))


def _action(line: ActionLine) -> ActionShown:
    return ActionShown(
        deployment=line.deployment,
        number=line.number,
        what=line.what,
        owner=line.owner,
        due=line.due,
        overdue=line.overdue,
        done=line.done.model_dump(mode="json") if line.done is not None else None,
    )


def _read(asked: Asked, briefs: list[Brief]) -> Iterator[Deployment]:
    for _, d in each_of(asked.ports.journal, [brief.id for brief in briefs]):
        if isinstance(d, Deployment):
            yield d


def _baseline(asked: Asked) -> Response:
    """The store has those of all deployments and audits, so that they are for those who see everything."""
    refuse_partial(asked)
    return answered(asked, asked.ports.baselines.get(asked.request.path_params["digest"]))


ROUTES = (
    Route(
        "GET",
        "/api/v1/reviews",
        "see",
        _reviews,
        described=Described("List reviews after deployments", ReviewList, query=Paged, tagged=True),
    ),
    Route(
        "GET",
        "/api/v1/actions",
        "see",
        _actions,
        described=Described("List what reviews agreed to do", ActionList, query=ActionsWanted, tagged=True),
    ),
    Route(
        "GET",
        f"{BASE}/{{deployment}}/files/{{file}}",
        "see",
        record_file,
        about="deployment",
        described=Described(
            "Take a file of a record: record.pdf, record.html, sealed.json, record.jsonl, checks.csv or checks.xml",
            media="*/*",
        ),
    ),
    Route(
        "GET",
        "/api/v1/baselines/{digest}",
        "see",
        _baseline,
        described=Described("Show a baseline that was captured, by its digest", Baseline, tagged=True),
    ),
)
