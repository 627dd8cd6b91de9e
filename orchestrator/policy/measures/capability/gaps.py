"""What keeps criteria from being met, in sentences, each with what closes it; those of the next level first."""

from collections.abc import Iterator
from typing import NamedTuple

from orchestrator.domain.evidence.capability import CapabilityAssessment, CriterionResult, SeenEvidence
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria, EvidenceRule
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import counted
from orchestrator.policy.measures.capability.capability_words import MEANINGS, seen_words


class CapabilityGap(NamedTuple):
    """One thing that is missing for a criterion, and the next move."""

    criterion: str
    level: int
    finding: str
    next_move: str


def gaps_of(assessment: CapabilityAssessment, criteria: CapabilityCriteria) -> tuple[CapabilityGap, ...]:
    """Every gap, lowest level first: a level is reached only with those below it."""
    ordered = sorted(assessment.results, key=lambda result: result.level)
    return tuple(gap for result in ordered for gap in _gaps(result, criteria))


def answer_command(criterion: str) -> str:
    """The command with which a person answers."""
    return f"orch assess answer {command_word(criterion)} ANSWER --note WHY"


def _gaps(result: CriterionResult, criteria: CapabilityCriteria) -> Iterator[CapabilityGap]:
    criterion = criteria.named(result.criterion)
    rules = {rule.evidence: rule for rule in criterion.evidence} if criterion is not None else {}
    for seen in result.evidence:
        if seen.state != "met" and seen.code in rules:
            finding, move = _evidence_gap(seen, rules[seen.code])
            yield CapabilityGap(result.criterion, result.level, finding, move)
    if result.question:
        yield from _answer_gap(result)


def _evidence_gap(seen: SeenEvidence, rule: EvidenceRule) -> tuple[str, str]:
    move = MEANINGS[seen.code].move
    if seen.state == "unknown":
        return (
            f"{seen_words(seen)}; {counted(rule.cases, 'case')} at least",
            f"assess a longer period (--from TIME), or {move}",
        )
    return f"{seen_words(seen)}; {100 * rule.met:.0f} % are needed", move


def _answer_gap(result: CriterionResult) -> Iterator[CapabilityGap]:
    answer = result.answer
    if answer is None:
        finding = f"no answer that counts to: {result.question}"
        move = f"answer yes, partly or no: {answer_command(result.criterion)}"
    elif result.contradicted:
        finding = f"{answer.by} says yes, and the records say otherwise"
        move = f"close the gap in the records, or answer anew: {answer_command(result.criterion)}"
    elif answer.answer == "yes":
        return
    else:
        finding = f"{answer.by} says {answer.answer}: {answer.note}"
        move = f"change that, then answer anew: {answer_command(result.criterion)}"
    yield CapabilityGap(result.criterion, result.level, finding, move)
