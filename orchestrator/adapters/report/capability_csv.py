"""A capability assessment as CSV (RFC 4180): a row for each piece of evidence and each answer. No text in it is a formula."""

import csv
import io

from orchestrator.adapters.report.period_csv import Cell, inert
from orchestrator.domain.evidence.capability import CapabilityAssessment, CriterionResult
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.measures.capability.capability_words import MEANINGS

LONGEST = 4000
"""Characters of a cell: whatever a journal holds of people fits."""
HEADINGS = (
    "begins",
    "ends",
    "service",
    "environment",
    "level_reached",
    "criterion",
    "level",
    "says",
    "state",
    "contradicted",
    "rests_on",
    "part",
    "of",
    "evidence_state",
    "answer",
    "by",
    "at",
    "until",
    "signed",
    "words",
)


def csv_assessment(assessment: CapabilityAssessment, criteria: CapabilityCriteria) -> str:
    """The rows, in the order of the criteria."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(HEADINGS)
    of_all: list[Cell] = [
        assessment.begins.isoformat(),
        assessment.ends.isoformat(),
        assessment.service,
        assessment.environment,
        assessment.level,
    ]
    for result in assessment.results:
        criterion = criteria.named(result.criterion)
        of_criterion: list[Cell] = [
            result.criterion,
            result.level,
            criterion.says if criterion is not None else "",
            result.state,
            _yes(answer=result.contradicted),
        ]
        for row in _rows(result):
            rows.writerow(map(_on_one_line, [*of_all, *of_criterion, *row]))
    return text.getvalue()


def _rows(result: CriterionResult) -> list[list[Cell]]:
    nothing: list[Cell] = [None] * 5
    rows: list[list[Cell]] = [
        [seen.code, seen.part, seen.of, seen.state, *nothing, MEANINGS[seen.code].definition]
        for seen in result.evidence
    ]
    answer = result.answer
    if answer is not None:
        given: list[Cell] = [
            answer.answer,
            answer.by,
            answer.at.isoformat(),
            answer.until.isoformat(),
            _yes(answer=answer.signed),
        ]
        rows.append(["answer", None, None, None, *given, answer.note])
    elif result.question:
        rows.append(["answer", None, None, None, *nothing, result.question])
    return rows


def _on_one_line(cell: Cell) -> Cell:
    return inert(plain(cell, LONGEST) if isinstance(cell, str) else cell)


def _yes(*, answer: bool) -> str:
    return "yes" if answer else "no"
