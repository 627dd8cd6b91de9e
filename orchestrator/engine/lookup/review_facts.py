"""What the page of reviews shows of one deployment: small beside the deployment, and kept between requests."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.post_review import Answer
from orchestrator.domain.deployment.review_asked import may_be_reviewed, review_due, review_missing
from orchestrator.engine.lookup.derived_values import DerivedValues
from orchestrator.engine.ports import Journal
from orchestrator.policy.course.post_review import Gap, review_gaps
from orchestrator.policy.course.review_actions import ActionLine, action_lines


class ReviewFacts(NamedTuple):
    """The review of a deployment, and the actions that it agreed; `overdue` and theirs as of when it was made."""

    begun: bool
    due: datetime | None
    overdue: bool
    gaps: Sequence[Gap]
    closed: Answer | None
    actions: Sequence[ActionLine]


ReviewsKept = DerivedValues[ReviewFacts]


def reviews_kept() -> ReviewsKept:
    """A memory for them, of a process that is asked often."""
    return DerivedValues(_facts, _until)


def _facts(_journal: Journal, d: Deployment, now: datetime) -> ReviewFacts:
    due, review = review_due(d), d.post_review
    return ReviewFacts(
        review.opened is not None,
        due,
        review_missing(d) and due is not None and due <= now,
        review_gaps(d) if may_be_reviewed(d) else (),
        review.closed,
        [line for line in action_lines(d, now, every_one=True) if line.number is not None],
    )


def _until(d: Deployment, now: datetime) -> datetime | None:
    moments = [review_due(d), *(action.due for action in d.post_review.actions if action.done is None)]
    return min((moment for moment in moments if moment is not None and moment > now), default=None)
