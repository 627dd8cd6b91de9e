"""What reviews agreed to do, a line each, and reviews that have a date themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.post_review import Answer
from orchestrator.domain.deployment.review_asked import review_due, review_missing
from orchestrator.domain.text.command_word import command_word

REVIEW = "the post-implementation review"


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action; without a `number` it is the review itself, and nobody owns it."""

    deployment: str
    number: int | None
    what: str
    owner: str | None
    due: datetime
    overdue: bool
    done: Answer | None = None


def action_lines(d: Deployment, now: datetime, *, every_one: bool) -> Iterator[ActionLine]:
    """The review where it is missing and has a date, and the actions that are not done; `every_one`: those that are, too."""
    due = review_due(d)
    if review_missing(d) and due is not None:
        yield ActionLine(d.id, None, REVIEW, None, due, due <= now)
    for number, action in enumerate(d.post_review.actions, 1):
        if every_one or action.done is None:
            late = action.done is None and action.due <= now
            yield ActionLine(d.id, number, action.what, action.owner, action.due, late, action.done)


def action_line_words(line: ActionLine) -> str:
    """Such as `shop-1  1. watch the queue; Ann, due 2026-03-09 22:00 UTC, OVERDUE`."""
    name = "" if line.number is None else f"{line.number}. "
    head = f"{line.deployment}  {name}{line.what}"
    if line.done is not None:
        return f"{head}; done, says {line.done.by}: {line.done.answer}"
    owner = f"; {line.owner}" if line.owner is not None else ""
    move = f" (orch pir show {command_word(line.deployment)})" if line.number is None else ""
    late = ", OVERDUE" if line.overdue else ""
    return f"{head}{owner}, due {line.due:%Y-%m-%d %H:%M} UTC{late}{move}"
