"""The review after a deployment as it stands: answers, satisfaction, actions, and incidents that came of it."""

from datetime import datetime
from typing import TypeGuard, get_args

from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Many, Moment, Noun


class Answer(Noun):
    """The newest answer to a question."""

    answer: str
    by: str
    at: Moment


class Satisfaction(Noun):
    """What a stakeholder said last, from 1 to 5."""

    score: int
    note: str
    by: str
    at: Moment


class ReviewAction(Noun):
    """An action that was agreed; `done` is the word that it is done."""

    what: str
    owner: str
    due: Moment
    by: str
    at: Moment
    done: Answer | None = None


class LinkedIncident(Noun):
    """An incident as it was known when somebody said whether it came of the deployment."""

    incident: Incident
    related: bool
    reason: str
    by: str
    at: Moment


class PostReview(Noun):
    """`opened`: who began it and when. `closed`: the word that it is held; a backout that begins afterwards makes it void."""

    opened: Answer | None = None
    due: Moment | None = None
    answers: dict[str, Answer] = {}
    satisfaction: dict[str, Satisfaction] = {}
    actions: Many[ReviewAction] = ()
    closed: Answer | None = None
    incidents: dict[str, LinkedIncident] = {}
    reminded_at: Moment | None = None

    @property
    def open_actions(self) -> tuple[ReviewAction, ...]:
        """The actions that nobody has said to be done."""
        return tuple(action for action in self.actions if action.done is None)


PostReviewEvent = (
    e.PostReviewOpened
    | e.PostReviewAnswered
    | e.SatisfactionGiven
    | e.ActionAgreed
    | e.ActionDone
    | e.PostReviewClosed
    | e.IncidentLinked
    | e.OverdueReminded
    | e.BackoutBegan
)
CHANGED_BY = frozenset(get_args(PostReviewEvent))


def post_review_after(review: PostReview, event: e.Event, at: datetime) -> PostReview:
    """The review after one more event."""
    return _changed(review, event, at) if _changes(event) else review


def _changes(event: e.Event) -> TypeGuard[PostReviewEvent]:
    return type(event) in CHANGED_BY


def _changed(review: PostReview, event: PostReviewEvent, at: datetime) -> PostReview:
    match event:
        case e.PostReviewOpened(due=due):
            return PostReview.updated(review, opened=Answer(answer="", by=event.by, at=at), due=due)
        case e.PostReviewClosed():
            return PostReview.updated(review, closed=Answer(answer=event.reason, by=event.by, at=at))
        case e.BackoutBegan():
            return PostReview.updated(review, closed=None) if review.closed is not None else review
        case e.OverdueReminded():
            return PostReview.updated(review, reminded_at=at)
        case e.ActionAgreed() | e.ActionDone():
            return PostReview.updated(review, actions=_actions_after(review.actions, event, at))
        case e.PostReviewAnswered() | e.SatisfactionGiven() | e.IncidentLinked():
            return _told_after(review, event, at)


def _told_after(
    review: PostReview, event: e.PostReviewAnswered | e.SatisfactionGiven | e.IncidentLinked, at: datetime
) -> PostReview:
    match event:
        case e.PostReviewAnswered():
            answer = Answer(answer=event.answer, by=event.by, at=at)
            return PostReview.updated(review, answers={**review.answers, event.question: answer})
        case e.SatisfactionGiven():
            given = Satisfaction(score=event.score, note=event.note, by=event.by, at=at)
            return PostReview.updated(review, satisfaction={**review.satisfaction, event.stakeholder: given})
        case e.IncidentLinked(incident=incident):
            link = LinkedIncident(
                incident=incident, related=event.related, reason=event.reason, by=event.by, at=at
            )
            return PostReview.updated(review, incidents={**review.incidents, incident.id: link})


def _actions_after(
    actions: tuple[ReviewAction, ...], event: e.ActionAgreed | e.ActionDone, at: datetime
) -> tuple[ReviewAction, ...]:
    if isinstance(event, e.ActionAgreed):
        agreed = ReviewAction(what=event.what, owner=event.owner, due=event.due, by=event.by, at=at)
        return (*actions, agreed)
    done = Answer(answer=event.note, by=event.by, at=at)
    return tuple(
        ReviewAction.model_copy(action, update={"done": done}) if number == event.number else action
        for number, action in enumerate(actions)
    )
