"""A map answered: for each clause the findings about what it asks for, of one deployment or of a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.domain.evidence.clause_evidence import EvidenceCode, EvidenceState
from orchestrator.domain.rules.clause_map import Clause, ClauseMap
from orchestrator.policy.clauses.case import Finding

ORDER: tuple[EvidenceState, ...] = ("gap", "not yet", "held", "not applicable")
"""What a clause with several findings is: the first of these that one of them is."""


@dataclass(frozen=True, slots=True)
class ClauseAnswer:
    """A clause with its findings, in the order of the map. `state` None: people alone judge it."""

    clause: Clause
    findings: tuple[Finding, ...]

    @property
    def state(self) -> EvidenceState | None:
        """A gap where there is one; held only where something is held and nothing is missing."""
        states = {finding.state for finding in self.findings}
        return next((state for state in ORDER if state in states), None)


def answers_to(clauses: ClauseMap, findings: Mapping[EvidenceCode, Finding]) -> tuple[ClauseAnswer, ...]:
    """Each clause with what is known; a code that is not asked of what this is about is left out."""
    return tuple(
        ClauseAnswer(clause, tuple(findings[code] for code in clause.evidence if code in findings))
        for clause in clauses.clauses
    )


def gaps_in(answers: Sequence[ClauseAnswer]) -> tuple[tuple[Finding, tuple[str, ...]], ...]:
    """Each gap once, with the numbers of the clauses that ask for it, in the order of the map."""
    by_code: dict[EvidenceCode, tuple[Finding, list[str]]] = {}
    for answer in answers:
        for finding in answer.findings:
            if finding.state == "gap":
                by_code.setdefault(finding.code, (finding, []))[1].append(answer.clause.clause)
    return tuple((finding, tuple(numbers)) for finding, numbers in by_code.values())
