"""What the review after a deployment lacks: it is not closed before its questions are answered (ISO/IEC 20000-1 9.2, 9.3)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.review_asked import failed, review_due, review_missing
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import ReviewQuestion
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import counted
from orchestrator.policy.telling.words.review_words import GAP_WORDS

OF_EVERY_RELEASE: tuple[ReviewQuestion, ...] = (
    "changes",
    "customer",
    "plan",
    "problems",
    "incidents",
    "lessons",
    "rfcs",
)


class Gap(NamedTuple):
    """What the review lacks: a question without an answer, or an action of a release that failed."""

    code: Literal["unanswered", "no action"]
    question: ReviewQuestion


def asked_questions(d: Deployment) -> tuple[ReviewQuestion, ...]:
    """The questions that must be answered; of what failed the cause as well."""
    return (*OF_EVERY_RELEASE, "cause") if failed(d) else OF_EVERY_RELEASE


def review_gaps(d: Deployment) -> tuple[Gap, ...]:
    """What is missing before the review can be closed."""
    review = d.post_review
    gaps = [Gap("unanswered", asked) for asked in asked_questions(d) if asked not in review.answers]
    if failed(d) and not review.actions and "no_action" not in review.answers:
        gaps.append(Gap("no action", "no_action"))
    return tuple(gaps)


def overdue_after_the_end(brief: Brief, now: datetime) -> tuple[Literal["review", "action"], ...]:
    """What is overdue: the review, or one of its actions."""
    review = brief.pir_missing and brief.pir_due is not None and brief.pir_due <= now
    action = any(due <= now for due in brief.actions_due)
    return (*(("review",) if review else ()), *(("action",) if action else ()))


def review_words_of(brief: Brief, now: datetime) -> str:
    """Such as `PIR overdue`, `2 actions overdue`, `PIR to follow`, for a list, the most urgent first; empty: nothing is."""
    overdue = overdue_after_the_end(brief, now)
    late = sum(due <= now for due in brief.actions_due)
    if "review" in overdue:
        return "PIR overdue"
    if late:
        return f"{counted(late, 'action')} overdue"
    if brief.pir_missing:
        return "PIR to follow"
    return f"{counted(len(brief.actions_due), 'action')} to follow" if brief.actions_due else ""


def review_sentences(d: Deployment, now: datetime) -> Iterator[str]:
    """A sentence on the review and one for each action that is not done, each with the command for it."""
    if review_missing(d):
        yield _missing_words(d, now)
    for number, action in enumerate(d.post_review.actions, 1):
        if action.done is None:
            when = f"{'overdue since' if action.due <= now else 'due by'} {action.due:%Y-%m-%d %H:%M} UTC"
            command = f"orch actions done {command_word(d.id)} {number} --note WHAT"
            yield f"Action {number} not yet done: {action.what}; {action.owner}, {when} ({command})."


def _missing_words(d: Deployment, now: datetime) -> str:
    due, name = review_due(d), command_word(d.id)
    when = ""
    if due is not None:
        when = f", {'overdue since' if due <= now else 'to be closed by'} {due:%Y-%m-%d %H:%M} UTC"
    if d.post_review.opened is None:
        return f"Its post-implementation review has not begun{when} (orch pir open {name})."
    missing = ", ".join(GAP_WORDS[gap.question] for gap in review_gaps(d))
    if not missing:
        return f"Its post-implementation review can be closed{when} (orch pir close {name} --reason WHY)."
    return f"Its post-implementation review is open{when}; it lacks {missing} (orch pir show {name})."
