"""What must follow a deployment: its review and its acceptance, until the record is closed."""

from datetime import datetime
from typing import TypeGuard, get_args

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.journal import events as e
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.model_base import Many, Moment, Noun


class Review(Noun):
    """A review that was held."""

    role: str
    by: str
    reason: str
    at: Moment
    signed: SignedApproval | None = None


class Duty(Noun):
    """Work that a person said to be done, by its path in the plan."""

    path: str
    by: str
    note: str
    at: Moment


class FollowUp(Noun):
    """`review_by`, `reviewers` and `sign_off` are what must follow; `closed`: all of it is done.

    `duties` are those that are done. `reviewed_before`: how many of the reviews were of an earlier emergency, before the
    rollback that is to be reviewed now.
    """

    review_by: Moment | None = None
    reviewers: Many[RoleNeed] = ()
    sign_off: Many[RoleNeed] = ()
    reviews: Many[Review] = ()
    closed: str | None = None
    reviewed_before: int = 0
    duties: Many[Duty] = ()

    @property
    def present_reviews(self) -> tuple[Review, ...]:
        """The reviews of the emergency that is to be reviewed now."""
        return self.reviews[self.reviewed_before :]


FollowUpEvent = e.WindowOpened | e.BackoutBegan | e.Reviewed | e.RecordClosed | e.DutyDone
CHANGED_BY = frozenset(get_args(FollowUpEvent))


def follow_up_after(follow_up: FollowUp, event: e.Event, at: datetime) -> FollowUp:
    """The follow-up after one more event."""
    return _changed(follow_up, event, at) if _changes(event) else follow_up


def _changes(event: e.Event) -> TypeGuard[FollowUpEvent]:
    return type(event) in CHANGED_BY


def _changed(follow_up: FollowUp, event: FollowUpEvent, at: datetime) -> FollowUp:
    match event:
        case e.WindowOpened(review_by=review_by, reviewers=reviewers, sign_off=sign_off):
            return FollowUp.updated(follow_up, review_by=review_by, reviewers=reviewers, sign_off=sign_off)
        case e.BackoutBegan(review_by=None):
            return FollowUp.updated(follow_up, closed=None) if follow_up.closed is not None else follow_up
        case e.BackoutBegan(review_by=review_by, reviewers=reviewers):
            return FollowUp.updated(
                follow_up,
                review_by=review_by,
                reviewers=reviewers,
                reviewed_before=len(follow_up.reviews),
                closed=None,
            )
        case e.Reviewed():
            review = Review(role=event.role, by=event.by, reason=event.reason, at=at, signed=event.signed)
            return FollowUp.updated(follow_up, reviews=(*follow_up.reviews, review))
        case e.DutyDone():
            duty = Duty(path=event.duty, by=event.by, note=event.note, at=at)
            return FollowUp.updated(follow_up, duties=(*follow_up.duties, duty))
        case e.RecordClosed(basis=basis):
            return FollowUp.updated(follow_up, closed=basis)
