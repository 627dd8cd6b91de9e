"""Evidence of a period: for each clause how many deployments hold what it asks for, and which lack it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.evidence.clause_evidence import PERIOD_CODES, EvidenceCode
from orchestrator.domain.rules.clause_map import Clause, ClauseMap
from orchestrator.policy.clauses.case import Finding
from orchestrator.policy.measures.period.span import Period


@dataclass(frozen=True, slots=True)
class DeploymentEvidence:
    """One deployment of a period with its findings by code."""

    id: str
    release: str
    version: str
    service: str
    environment: str
    state: str
    rehearsal: bool
    began: datetime
    ended: datetime | None
    events: int
    findings: Mapping[EvidenceCode, Finding]


@dataclass(frozen=True, slots=True)
class CodeCount:
    """One code over a period. `lacking` has the findings of the deployments with a gap, by id."""

    code: EvidenceCode
    held: int
    not_yet: int
    not_applicable: int
    lacking: Mapping[str, Finding]

    @property
    def cases(self) -> int:
        """The deployments of which it could be said: held, and not."""
        return self.held + len(self.lacking)


@dataclass(frozen=True, slots=True)
class ClauseCount:
    """One clause over a period."""

    clause: Clause
    codes: tuple[CodeCount, ...]


@dataclass(frozen=True, slots=True)
class PeriodEvidence:
    """The deployments of a period in the order in which they began, and the ids of those that cannot be read.

    Rehearsals are listed, and counted nowhere. `audits` that ended in it compared a host with what is recorded of it.
    """

    period: Period
    deployments: tuple[DeploymentEvidence, ...]
    unreadable: tuple[str, ...]
    audits: int = 0

    @property
    def counted(self) -> tuple[DeploymentEvidence, ...]:
        """Those that count: a rehearsal is no release."""
        return tuple(each for each in self.deployments if not each.rehearsal)


def counts_of(clauses: ClauseMap, evidence: PeriodEvidence) -> tuple[ClauseCount, ...]:
    """Each clause of a map with its counts."""
    return tuple(
        ClauseCount(clause, tuple(_count(code, evidence) for code in clause.evidence))
        for clause in clauses.clauses
    )


def gaps_of(counts: Sequence[ClauseCount]) -> Iterator[tuple[str, Finding, tuple[str, ...]]]:
    """Each gap once: the deployment (empty: the period), the finding, and the clauses that ask for it."""
    seen: dict[tuple[str, EvidenceCode], tuple[Finding, list[str]]] = {}
    for each in counts:
        for code in each.codes:
            for name, finding in code.lacking.items():
                seen.setdefault((name, code.code), (finding, []))[1].append(each.clause.clause)
    for (name, _), (finding, clauses) in seen.items():
        yield name, finding, tuple(clauses)


def _count(code: EvidenceCode, evidence: PeriodEvidence) -> CodeCount:
    if code in PERIOD_CODES:
        return _of_period(code, evidence)
    findings = [(each.id, each.findings[code]) for each in evidence.counted]
    states = [finding.state for _, finding in findings]
    return CodeCount(
        code,
        states.count("held"),
        states.count("not yet"),
        states.count("not applicable"),
        {name: finding for name, finding in findings if finding.state == "gap"},
    )


def _of_period(code: EvidenceCode, evidence: PeriodEvidence) -> CodeCount:
    if code == "results_measured":
        ended = [each.id for each in evidence.counted if evidence.period.holds(each.ended)]
        lacking = {} if ended else {"": Finding(code, "gap")}
    elif code == "configuration_audited":
        lacking = {} if evidence.audits else {"": Finding(code, "gap")}
    else:
        lacking = _unreadable(code, evidence.unreadable)
    read = bool(evidence.deployments) and not lacking
    return CodeCount(code, 1 if read else 0, 0, 0, lacking)


def _unreadable(code: EvidenceCode, names: Iterable[str]) -> dict[str, Finding]:
    return {name: Finding(code, "gap", details=(name,)) for name in names}
