"""Judges criteria by evidence and answers, and says which level is reached. Nothing is met by no case."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from orchestrator.domain.evidence.capability import (
    CapabilityAssessment,
    CapabilityEvidenceCode,
    CapabilityState,
    CriterionResult,
    PersonsAnswer,
    SeenEvidence,
)
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria, Criterion, EvidenceRule
from orchestrator.domain.text.names import as_read
from orchestrator.policy.measures.capability.evidence import begun_in, evidence_of
from orchestrator.policy.measures.capability.practice_facts import CapabilityCase
from orchestrator.policy.measures.period.figures import Share
from orchestrator.policy.measures.period.period_report import Asked
from orchestrator.policy.measures.period.span import Period

LOWEST, HIGHEST = 1, 5
WORST_FIRST: tuple[CapabilityState, ...] = ("not_met", "unknown", "partly")
ANSWERED: Mapping[str, CapabilityState] = {"yes": "met", "partly": "partly", "no": "not_met"}
Answers = Mapping[str, PersonsAnswer]
"""The newest answer of each criterion that still counts."""


def assess(
    criteria: CapabilityCriteria,
    cases: Sequence[CapabilityCase],
    answers: Answers,
    period: Period,
    made: datetime,
    *,
    asked: Asked | None = None,
    unreadable: int = 0,
) -> CapabilityAssessment:
    """The assessment of a period, of the deployments that are asked for. Answers are about the whole organization."""
    asked = asked or Asked()
    chosen = [case for case in cases if _is_asked(case, asked)]
    shares = evidence_of(chosen, period)
    results = tuple(_result(each, shares, answers.get(each.criterion)) for each in criteria.each)
    return CapabilityAssessment(
        criteria=criteria.criteria,
        version=criteria.version,
        made=made,
        begins=period.begins,
        ends=period.ends,
        service=asked.service,
        environment=asked.environment,
        level=level_of(results),
        begun=len(begun_in(chosen, period)),
        unreadable=unreadable,
        results=results,
    )


def level_of(results: Sequence[CriterionResult]) -> int | None:
    """The highest level of which all criteria are met, and all of those below.

    None where too little is known to say whether level 2 is reached.
    """
    reached = LOWEST
    for level in range(LOWEST + 1, HIGHEST + 1):
        states = [result.state for result in results if result.level == level]
        if not states or any(state != "met" for state in states):
            break
        reached = level
    lowest = {result.state for result in results if result.level == LOWEST + 1}
    missed = lowest & {"not_met", "partly"}
    return None if reached == LOWEST and not missed else reached


def judged(rule: EvidenceRule, share: Share) -> SeenEvidence:
    """What a share says by its rule."""
    return SeenEvidence(code=rule.evidence, part=share.part, of=share.of, state=_state(rule, share))


def _state(rule: EvidenceRule, share: Share) -> CapabilityState:
    if not share.of or share.of < rule.cases:
        return "unknown"
    reached = share.part / share.of
    if reached >= rule.met:
        return "met"
    return "partly" if reached >= rule.partly else "not_met"


def _result(
    criterion: Criterion, shares: Mapping[CapabilityEvidenceCode, Share], answer: PersonsAnswer | None
) -> CriterionResult:
    evidence = tuple(judged(rule, shares[rule.evidence]) for rule in criterion.evidence)
    states = [seen.state for seen in evidence]
    asked = criterion.question is not None
    if asked:
        states.append(ANSWERED[answer.answer] if answer is not None else "unknown")
    denied = any(seen.state == "not_met" for seen in evidence)
    return CriterionResult(
        criterion=criterion.criterion,
        level=criterion.level,
        state=next((state for state in WORST_FIRST if state in states), "met"),
        evidence=evidence,
        question=criterion.question or "",
        answer=answer if asked else None,
        contradicted=asked and denied and answer is not None and answer.answer == "yes",
    )


def _is_asked(case: CapabilityCase, asked: Asked) -> bool:
    pairs = (
        (asked.service, case.deployment.service),
        (asked.environment, case.deployment.environment),
    )
    return all(wanted is None or as_read(wanted) == as_read(has or "") for wanted, has in pairs)
