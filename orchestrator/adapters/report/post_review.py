"""The review in a record: the plan against what came of it, answers, satisfaction, incidents, actions, retention."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.post_review import Answer, PostReview
from orchestrator.domain.deployment.retention import Retention
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.course.plan_and_actual import Compared, plan_and_actual
from orchestrator.policy.telling.review_lines import retention_lines, review_record
from orchestrator.policy.telling.words.review_words import QUESTION_WORDS


@dataclass(frozen=True, slots=True)
class ReviewShown:
    """What a record shows of the review; `lines` say the same as the tables without `compared`."""

    compared: tuple[Compared, ...]
    answers: tuple[tuple[str, Answer], ...]
    lines: tuple[str, ...]
    kept: tuple[str, ...]


def review_shown(d: Deployment, records: Sequence[Recorded]) -> ReviewShown | None:
    """None before anybody spoke of a review, an incident or the record's retention."""
    review = d.post_review
    if review == PostReview.of_valid() and d.retention == Retention.of_valid():
        return None
    answers = tuple(
        (words, review.answers[name]) for name, words in QUESTION_WORDS.items() if name in review.answers
    )
    return ReviewShown(
        plan_and_actual(d, records), answers, tuple(review_record(d)), tuple(retention_lines(d))
    )
