"""A review on the command line: the plan against what came of it, what was said, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.review_asked import may_be_reviewed, review_due, review_missing
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.journal.events import Recorded, ReviewQuestion
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.course.incidents import shared_with
from orchestrator.policy.course.plan_and_actual import comparison_lines, plan_and_actual
from orchestrator.policy.course.post_review import asked_questions, review_gaps, review_sentences
from orchestrator.policy.telling.review_lines import review_record
from orchestrator.policy.telling.words.incident_words import incident_words
from orchestrator.policy.telling.words.review_words import QUESTION_WORDS


def review_lines(
    d: Deployment, records: Sequence[Recorded], now: datetime, proposed: Sequence[Incident]
) -> Iterator[str]:
    """Everything that the people in a review read, and the commands for what is missing; inert in a terminal."""
    yield f"Review of {d.id}, {d.state.value}"
    yield from comparison_lines(plan_and_actual(d, records))
    yield from (plain(line, 800) for line in _said_and_missing(d, now, proposed))


def _said_and_missing(d: Deployment, now: datetime, proposed: Sequence[Incident]) -> Iterator[str]:
    yield from review_record(d)
    review, name = d.post_review, command_word(d.id)
    if review.opened is not None and review.closed is None:
        for gap in review_gaps(d):
            yield _missing(name, gap.question)
        if not review.satisfaction:
            yield f"No stakeholder was asked (orch pir satisfaction {name} STAKEHOLDER SCORE)."
    for incident in proposed:
        shared = ", ".join(shared_with(d, incident))
        command = f"orch incident link {command_word(incident.id)} {name} --reason WHY"
        yield f"Incident {incident_words(incident)}; on {shared}: did it come of this? ({command}; if not, add --unrelated)"
    if review.opened is None and not review_missing(d):
        yield _not_asked_for(d)
    yield from review_sentences(d, now)


def _not_asked_for(d: Deployment) -> str:
    if not may_be_reviewed(d):
        return "It is not reviewed: only a release that is over and touched hosts is, and no rehearsal."
    return f"No review has begun, and none is asked for (orch pir open {command_word(d.id)})."


def _missing(name: str, question: ReviewQuestion) -> str:
    if question == "no_action":
        return f"No action is agreed (orch pir action {name} WHAT --owner NAME --due TIME, or --none WHY)."
    words = QUESTION_WORDS[question]
    return f"Not answered: {words} (orch pir answer {name} {question} ANSWER)"


def review_answer(
    d: Deployment, records: Sequence[Recorded], proposed: Sequence[Incident]
) -> dict[str, object]:
    """The review as JSON (docs/json-lines.md)."""
    review, due = d.post_review, review_due(d)
    return {
        "kind": "review",
        "deployment": d.id,
        "asked": list(asked_questions(d)),
        "missing": [gap.question for gap in review_gaps(d)],
        "due": due.isoformat() if due is not None else None,
        "compared": [
            {"what": each.what, "planned": each.planned, "actual": each.actual, "differs": each.differs}
            for each in plan_and_actual(d, records)
        ],
        **review.model_dump(mode="json", exclude={"due", "reminded_at"}),
        "proposed_incidents": [incident.model_dump(mode="json") for incident in proposed],
    }
