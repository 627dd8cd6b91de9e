"""A capability assessment as a document to print and to archive."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from orchestrator.adapters.report.document import Document, Section, fact, table
from orchestrator.domain.evidence.capability import CapabilityAssessment, CriterionResult
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria
from orchestrator.policy.measures.capability.assessment_notes import (
    basis_words,
    notes_of,
    scope_words,
    span_words,
)
from orchestrator.policy.measures.capability.capability_words import (
    LEVELS,
    STATE_WORDS,
    answer_words,
    level_words,
    seen_words,
)
from orchestrator.policy.measures.capability.gaps import gaps_of

UTC = ZoneInfo("UTC")


def assessment_document(assessment: CapabilityAssessment, criteria: CapabilityCriteria) -> Document:
    """The document: the level, each criterion with what it rests on, what is missing."""
    gaps = gaps_of(assessment, criteria)
    return Document(
        kind="Capability assessment",
        title=criteria.title,
        name=f"{assessment.begins:%Y-%m-%d} to {assessment.ends:%Y-%m-%d}",
        tone="care" if gaps else "good",
        state=level_words(assessment.level),
        words=tuple(notes_of(assessment, criteria, UTC)),
        facts=(
            fact("Period", span_words(assessment, UTC)),
            fact("Deployments", scope_words(assessment)),
            fact("Criteria", *basis_words(criteria)),
        ),
        sections=(
            *_levels(assessment, criteria),
            Section(
                "What is missing",
                table=table(
                    (("criterion", 0.22), ("what", 0.39), ("next", 0.39)),
                    ((f"{gap.criterion} (level {gap.level})", gap.finding, gap.next_move) for gap in gaps),
                ),
                nothing="Nothing.",
            ),
        ),
        made_at=assessment.made,
        made_from="the journals of deployments and of the house",
    )


def _levels(assessment: CapabilityAssessment, criteria: CapabilityCriteria) -> Iterator[Section]:
    for level in sorted({result.level for result in assessment.results}):
        met, of = assessment.met_of(level)
        yield Section(
            f"Level {level}: {LEVELS[level]}",
            lines=(f"{met} of {of} criteria are met.",),
            table=table(
                (("criterion", 0.38), ("state", 0.14), ("what it rests on", 0.48)),
                (_row(result, criteria) for result in assessment.results if result.level == level),
            ),
        )


def _row(result: CriterionResult, criteria: CapabilityCriteria) -> tuple[str, str, str]:
    criterion = criteria.named(result.criterion)
    says = f": {criterion.says}" if criterion is not None else ""
    rests_on = [seen_words(seen) for seen in result.evidence]
    if result.answer is not None:
        rests_on.append(answer_words(result.answer))
    elif result.question:
        rests_on.append(f"nobody has answered: {result.question}")
    contradicted = ", contradicted by the records" if result.contradicted else ""
    return f"{result.criterion}{says}", f"{STATE_WORDS[result.state]}{contradicted}", "; ".join(rests_on)
