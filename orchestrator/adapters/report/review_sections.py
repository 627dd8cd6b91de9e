"""The review after a deployment as sections of a document: plan beside actual, answers, satisfaction, actions, incidents."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from orchestrator.adapters.report.document import Section, table
from orchestrator.adapters.report.post_review import ReviewShown, review_shown
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.post_review import PostReview, ReviewAction
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.telling.words.incident_words import incident_words


def review_sections(d: Deployment, records: Sequence[Recorded], made_at: datetime) -> Iterator[Section]:
    """None of them before anybody spoke of a review, an incident or the record's retention."""
    shown = review_shown(d, records)
    if shown is None:
        return
    yield Section(
        "Review", (*_standing(d.post_review), *(f"{line}." for line in shown.kept)), nothing="Not begun."
    )
    yield from _plan_and_answers(shown)
    yield from _people(d.post_review, made_at)


def _standing(review: PostReview) -> Iterator[str]:
    if review.closed is not None:
        yield f"Closed by {review.closed.by}, {_moment(review.closed.at)}: {review.closed.answer}"
    elif review.opened is not None:
        yield f"Begun by {review.opened.by}, {_moment(review.opened.at)}; not closed yet."


def _plan_and_answers(shown: ReviewShown) -> Iterator[Section]:
    compared = (
        (each.what, each.planned, each.actual, "differs" if each.differs else "") for each in shown.compared
    )
    headings = (("what", 3), ("planned", 4), ("was", 5), ("deviation", 1.5))
    yield Section("The plan against what came of it", table=table(headings, compared), level=2)
    answers = (
        (words, answer.answer, f"{answer.by}, {_moment(answer.at)}") for words, answer in shown.answers
    )
    of_answers = (("question", 4), ("answer", 6), ("by", 3))
    yield Section("Answers", table=table(of_answers, answers), level=2, nothing="Nothing is answered yet.")


def _people(review: PostReview, made_at: datetime) -> Iterator[Section]:
    """What stakeholders and owners said, where anybody did."""
    satisfied = [
        (name, f"{given.score} of 5", given.note, f"{given.by}, {_moment(given.at)}")
        for name, given in review.satisfaction.items()
    ]
    if satisfied:
        headings = (("stakeholder", 3), ("satisfied", 1.5), ("note", 5), ("by", 3))
        yield Section("Satisfaction", table=table(headings, satisfied), level=2)
    actions = [(each.what, each.owner, _moment(each.due), _done(each, made_at)) for each in review.actions]
    if actions:
        of_actions = (("action", 5), ("owner", 2), ("due", 2.5), ("done", 4))
        yield Section("Actions", table=table(of_actions, actions), level=2)
    incidents = [
        (
            incident_words(each.incident),
            "yes" if each.related else "no",
            each.reason,
            f"{each.by}, {_moment(each.at)}",
        )
        for each in review.incidents.values()
    ]
    if incidents:
        of_incidents = (("incident", 5), ("came of it", 1.5), ("why", 4), ("by", 3))
        yield Section("Incidents", table=table(of_incidents, incidents), level=2)


def _done(action: ReviewAction, made_at: datetime) -> str:
    if action.done is not None:
        return f"{_moment(action.done.at)}, says {action.done.by}: {action.done.answer}"
    return "OVERDUE" if action.due <= made_at else "not yet"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
