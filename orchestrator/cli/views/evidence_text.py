"""Evidence by clause for people in a terminal, and as JSON for programs (docs/evidence.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from orchestrator.domain.rules.clause_map import Clause, ClauseMap
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.clauses.answer_words import (
    clause_count_words,
    closing_words,
    count_words,
    finding_line,
    source_words,
    state_words,
    summary_words,
)
from orchestrator.policy.clauses.case import Finding
from orchestrator.policy.clauses.clause_answers import ClauseAnswer
from orchestrator.policy.clauses.period_evidence import (
    ClauseCount,
    DeploymentEvidence,
    PeriodEvidence,
)
from orchestrator.policy.measures.period.period_report import Asked
from orchestrator.policy.telling.words.evidence_words import EVIDENCE_WORDS, NO_CLAIM

LINE = 800
LACKING_SHOWN = 5
FORM = 1


def shown(text: str) -> str:
    """A text on one line, inert in a terminal."""
    return plain(text, LINE)


def head_lines(clauses: ClauseMap, what: str) -> Iterator[str]:
    """The title of what follows, its source, and what it does not say."""
    yield shown(f"Evidence of {what} by {clauses.named}: {clauses.title}")
    yield shown(f"Source: {source_words(clauses)}")
    yield NO_CLAIM


def answer_lines(answers: Sequence[ClauseAnswer]) -> Iterator[str]:
    """Each clause with its findings, how gaps are closed, and what people judge."""
    yield summary_words(answers)
    for answer in answers:
        yield ""
        yield from _clause_head(answer.clause, state_words(answer))
        for finding in answer.findings:
            yield f"  {shown(finding_line(finding))}"
            closing = closing_words(finding)
            if closing:
                yield f"    {shown(closing)}"
        yield from _people(answer.clause)


def count_lines(counts: Sequence[ClauseCount]) -> Iterator[str]:
    """Each clause with how many deployments hold what it asks for, and which lack it."""
    for each in counts:
        yield ""
        yield from _clause_head(each.clause, clause_count_words(each))
        for code in each.codes:
            yield f"  {EVIDENCE_WORDS[code.code].title}: {count_words(code)}"
            names = [name for name in code.lacking if name]
            if names:
                yield f"    lacking: {shown(_some(names))}"
            elif code.lacking:
                yield f"    {EVIDENCE_WORDS[code.code].gap} {EVIDENCE_WORDS[code.code].next_time}"
        yield from _people(each.clause)


def gap_lines(gaps: Iterable[tuple[str, Finding, Sequence[str]]]) -> Iterator[str]:
    """Each gap with the clauses that ask for it, and how it is closed."""
    last = None
    for name, finding, clauses in gaps:
        if name != last:
            yield shown(name or "the period as a whole")
            last = name
        yield f"  {shown(finding_line(finding))}"
        yield f"    asked for by {shown(', '.join(clauses))}"
        yield f"    {shown(closing_words(finding))}"


def period_line(evidence: PeriodEvidence) -> str:
    """How many deployments this is about."""
    rehearsals = len(evidence.deployments) - len(evidence.counted)
    parts = [counted(len(evidence.counted), "deployment")]
    parts += [f"{counted(rehearsals, 'rehearsal')} listed and not counted"] if rehearsals else []
    parts += [f"{len(evidence.unreadable)} not readable"] if evidence.unreadable else []
    return f"On record in this time: {', '.join(parts)}"


def _clause_head(clause: Clause, state: str) -> Iterator[str]:
    yield shown(f"{clause.clause} {clause.title}: {state}")
    yield f"  {shown(clause.asks)}"


def _people(clause: Clause) -> Iterator[str]:
    for each in clause.people:
        yield f"  People judge: {shown(each)}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - LACKING_SHOWN
    return ", ".join(names[:LACKING_SHOWN]) + (f" and {more} more (orch evidence gaps)" if more > 0 else "")


def map_json(clauses: ClauseMap) -> dict[str, Any]:
    """A map without its clauses."""
    return {
        "map": clauses.map,
        "version": clauses.version,
        "title": clauses.title,
        "source": clauses.source.model_dump(),
        "reading": clauses.reading,
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as codes with values, and its words."""
    return {
        "code": finding.code,
        "title": EVIDENCE_WORDS[finding.code].title,
        "state": finding.state,
        "events": list(finding.events),
        "details": list(finding.details),
        "command": finding.command,
        "words": finding_line(finding),
        "closing": closing_words(finding),
    }


def answers_json(clauses: ClauseMap, answers: Sequence[ClauseAnswer]) -> dict[str, Any]:
    """A map answered."""
    return {
        **map_json(clauses),
        "clauses": [
            {
                **_clause_json(answer.clause),
                "state": answer.state,
                "evidence": [finding_json(finding) for finding in answer.findings],
            }
            for answer in answers
        ],
    }


def counts_json(clauses: ClauseMap, counts: Sequence[ClauseCount]) -> dict[str, Any]:
    """A map counted over a period."""
    return {
        **map_json(clauses),
        "clauses": [
            {
                **_clause_json(each.clause),
                "evidence": [
                    {
                        "code": code.code,
                        "title": EVIDENCE_WORDS[code.code].title,
                        "held": code.held,
                        "cases": code.cases,
                        "not_yet": code.not_yet,
                        "not_applicable": code.not_applicable,
                        "lacking": sorted(code.lacking),
                    }
                    for code in each.codes
                ],
            }
            for each in counts
        ],
    }


def period_json(
    evidence: PeriodEvidence, asked: Asked, counts: Sequence[tuple[ClauseMap, Sequence[ClauseCount]]]
) -> dict[str, Any]:
    """The evidence of a period with its deployments."""
    return {
        "kind": "evidence_period",
        "orch_evidence": FORM,
        "period": evidence.period.model_dump(mode="json"),
        "asked": asked.model_dump(),
        "deployments": [deployment_json(each) for each in evidence.deployments],
        "unreadable": list(evidence.unreadable),
        "maps": [counts_json(*each) for each in counts],
    }


def deployment_json(each: DeploymentEvidence) -> dict[str, Any]:
    """What a deployment is, for the list of a period."""
    return {
        "deployment": each.id,
        "release": each.release,
        "version": each.version,
        "service": each.service,
        "environment": each.environment,
        "state": each.state,
        "rehearsal": each.rehearsal,
        "began": each.began.isoformat(),
        "ended": None if each.ended is None else each.ended.isoformat(),
        "events": each.events,
    }


def _clause_json(clause: Clause) -> dict[str, Any]:
    return {
        "clause": clause.clause,
        "title": clause.title,
        "asks": clause.asks,
        "people": list(clause.people),
    }
