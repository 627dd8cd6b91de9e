"""A capability assessment, its questions, and those that were kept, for people in a terminal and for programs."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.cli.views.table import print_table
from orchestrator.domain.evidence.capability import (
    CapabilityAssessment,
    CapabilityState,
    CriterionResult,
    PersonsAnswer,
)
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria, Criterion
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.measures.capability.answers import is_like
from orchestrator.policy.measures.capability.assessment_notes import (
    basis_words,
    headline,
    notes_of,
    scope_words,
    span_words,
)
from orchestrator.policy.measures.capability.capability_words import (
    LEVELS,
    SIGNS,
    STATE_WORDS,
    answer_words,
    seen_words,
)
from orchestrator.policy.measures.capability.gaps import answer_command, gaps_of

WIDTH = 118
LONGEST = 800
PLAIN_SIGNS: Mapping[CapabilityState, str] = {"met": "+", "partly": "~", "not_met": "x", "unknown": "?"}
UTC = ZoneInfo("UTC")
Kept = Sequence[tuple[Recorded, e.AssessmentKept]]


def assessment_lines(
    assessment: CapabilityAssessment,
    criteria: CapabilityCriteria,
    zone: ZoneInfo,
    *,
    every_level: bool = False,
) -> Iterator[str]:
    """The lines: the level, a picture of the levels, the criteria with their evidence, what is missing, what it rests on.

    `every_level`: what is missing for any level, and not for the next one alone.
    """
    yield headline(assessment, criteria)
    for note in notes_of(assessment, criteria, zone):
        yield from _wrapped(note, "")
    yield ""
    yield from _picture(assessment)
    for level in sorted({result.level for result in assessment.results}):
        yield ""
        yield f"Level {level}: {LEVELS[level]}"
        for result in assessment.results:
            if result.level == level:
                yield from _criterion(result, criteria)
    yield from _missing(assessment, criteria, every_level=every_level)
    yield ""
    for line in basis_words(criteria):
        yield from _wrapped(line, "")


def short_words(assessment: CapabilityAssessment, criteria: CapabilityCriteria) -> str:
    """The level with period and scope, in one line."""
    about = f"{span_words(assessment, UTC)}, {scope_words(assessment)}"
    return plain(f"{headline(assessment, criteria)}, {about}", LONGEST)


def question_lines(criterion: Criterion, answer: PersonsAnswer | None) -> Iterator[str]:
    """A question with the answer that counts, or the command that gives one."""
    yield f"{criterion.criterion} (level {criterion.level})"
    yield from _wrapped(criterion.question or "", "  ")
    if answer is not None:
        yield from _wrapped(answer_words(answer), "  ")
    else:
        yield f"  not answered: {answer_command(criterion.criterion)}"


def question_answer(criterion: Criterion, answer: PersonsAnswer | None) -> dict[str, Any]:
    """It for programs."""
    return {
        "kind": "capability_question",
        "criterion": criterion.criterion,
        "level": criterion.level,
        "question": criterion.question,
        "answer": answer.model_dump(mode="json") if answer is not None else None,
    }


def kept_answer(record: Recorded, event: e.AssessmentKept) -> dict[str, Any]:
    """A kept assessment for programs."""
    return {
        "kind": "kept_assessment",
        "at": record.at.isoformat(),
        "by": event.by,
        "reason": event.reason,
        "signed": event.spoken is not None and event.spoken.signed is not None,
        "assessment": event.assessment.model_dump(mode="json"),
    }


def print_history(kept: Kept) -> None:
    """A row for each, oldest first, beside what changed since the last one that can be compared."""
    rows = [
        (
            f"{record.at:%Y-%m-%d %H:%M}",
            str(event.assessment.level or "not known"),
            _met_words(event.assessment),
            _change(kept, number),
            f"{event.assessment.begins:%Y-%m-%d} to {event.assessment.ends:%Y-%m-%d}",
            plain(scope_words(event.assessment), 60),
            plain(event.by, 40),
            plain(event.reason, 80),
        )
        for number, (record, event) in enumerate(kept)
    ]
    print_table(("kept (UTC)", "level", "met by level", "change", "period", "of", "by", "why"), rows)


def _met_words(assessment: CapabilityAssessment) -> str:
    met = ((level, assessment.met_of(level)) for level in sorted({each.level for each in assessment.results}))
    return ", ".join(f"{level}: {part}/{of}" for level, (part, of) in met)


def _change(kept: Kept, number: int) -> str:
    """Criteria met now and not then, and the other way round."""
    now = kept[number][1].assessment
    earlier = [event.assessment for _, event in kept[:number] if is_like(event.assessment, now)]
    if not earlier:
        return ""
    met, before = _met(now), _met(earlier[-1])
    changes = [
        *(f"+{name}" for name in met if name not in before),
        *(f"-{name}" for name in before if name not in met),
    ]
    return ", ".join(changes) or "same"


def _met(assessment: CapabilityAssessment) -> list[str]:
    return [result.criterion for result in assessment.results if result.state == "met"]


def _signs() -> Mapping[CapabilityState, str]:
    return SIGNS if (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf") else PLAIN_SIGNS


def _picture(assessment: CapabilityAssessment) -> Iterator[str]:
    signs = _signs()
    for level in sorted({result.level for result in assessment.results}):
        states = [result.state for result in assessment.results if result.level == level]
        met, of = assessment.met_of(level)
        shown = " ".join(signs[state] for state in states)
        yield f"level {level}  {shown.ljust(12)}  {met} of {of} met"
    yield f"{signs['met']} met, {signs['partly']} partly met, {signs['not_met']} not met, {signs['unknown']} not known"


def _criterion(result: CriterionResult, criteria: CapabilityCriteria) -> Iterator[str]:
    criterion = criteria.named(result.criterion)
    state = f"{STATE_WORDS[result.state]}{', contradicted' if result.contradicted else ''}"
    yield f"  {_signs()[result.state]} {result.criterion}: {state}"
    if criterion is not None:
        yield from _wrapped(criterion.says, "      ")
    for seen in result.evidence:
        yield from _wrapped(f"- {seen_words(seen)}", "      ", "  ")
    if result.answer is not None:
        yield from _wrapped(f"- {answer_words(result.answer)}", "      ", "  ")
    elif result.question:
        yield "      - nobody has answered"


def _missing(
    assessment: CapabilityAssessment, criteria: CapabilityCriteria, *, every_level: bool
) -> Iterator[str]:
    """What is missing for the next level, or for every one; a level counts with those below it alone."""
    gaps = gaps_of(assessment, criteria)
    following = gaps[0].level if gaps else 0
    shown = [gap for gap in gaps if every_level or gap.level == following]
    yield ""
    yield f"What is missing for level {following}" if gaps else "Nothing is missing."
    for number, gap in enumerate(shown):
        if number and gap.level != shown[number - 1].level:
            yield f"For level {gap.level}"
        yield from _wrapped(f"{gap.criterion}: {gap.finding}", "  ", "  ")
        # A command is copied: it stays on one line.
        yield f"    {plain(gap.next_move, LONGEST)}"
    if len(shown) < len(gaps):
        yield f"  {len(gaps) - len(shown)} more for higher levels: add --all."


def _wrapped(text: str, indent: str, hang: str = "") -> Iterator[str]:
    yield from textwrap.wrap(
        plain(text, 2000), WIDTH, initial_indent=indent, subsequent_indent=f"{indent}{hang}"
    )
