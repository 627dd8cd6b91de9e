"""The report of a period as CSV (RFC 4180): a row for each measure. No text in it is a formula for a spreadsheet."""

import csv
import io

from orchestrator.adapters.report.legible import legible
from orchestrator.policy.measures.period.figure_words import cases_of
from orchestrator.policy.measures.period.figures import Count, Figure, Rate, Scores, Share, Times
from orchestrator.policy.measures.period.measure_words import MEANINGS, REASONS
from orchestrator.policy.measures.period.period_report import Measure, PeriodReport

OF_FIGURE = ("value", "part", "of", "median_seconds", "p90_seconds", "cases")
HEADINGS = (
    "begins",
    "ends",
    "code",
    "group",
    "title",
    "unit",
    *OF_FIGURE,
    *(f"before_{name}" for name in OF_FIGURE),
    "definition",
)
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""Also in full width, which spreadsheets of some languages take for the same."""
Cell = str | int | float | None


def csv_report(report: PeriodReport) -> str:
    """The rows. What is not counted has a row with no figure at all."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(HEADINGS)
    span = (report.period.begins.isoformat(), report.period.ends.isoformat())
    for measure in report.measures:
        rows.writerow([*span, *map(inert, _row(measure))])
    empty: list[Cell] = [None] * (2 * len(OF_FIGURE))
    for code in report.unrecorded:
        title, reason = REASONS[code]
        rows.writerow([*span, code, "", title, "not counted", *empty, f"Not counted here: {reason}"])
    if report.disposed:
        cases: list[Cell] = [report.disposed, *empty[1:]]
        words = "Deployments in no figure, for their records were disposed of"
        rows.writerow([*span, "disposed", "", words, "cases", *cases, ""])
    if report.unreadable:
        names = inert(", ".join(report.unreadable))
        count: list[Cell] = [len(report.unreadable), *empty[1:]]
        rows.writerow([*span, "unreadable", "", "Deployments in no figure", "cases", *count, names])
    return text.getvalue()


def inert(cell: Cell) -> Cell:
    """A text that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    text = legible(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _row(measure: Measure) -> list[Cell]:
    meaning = MEANINGS[measure.code]
    return [
        measure.code,
        measure.group,
        meaning.title,
        _unit(measure.now),
        *_cells(measure.now),
        *_cells(measure.before),
        meaning.definition,
    ]


def _unit(figure: Figure) -> str:
    units = {"count": "cases", "share": "share of cases", "times": "seconds", "rate": "cases a day"}
    return {**units, "scores": "median of answers from 1 to 5"}[figure.form]


def _cells(figure: Figure) -> tuple[Cell, ...]:
    match figure:
        case Count(count=count):
            return count, None, None, None, None, cases_of(figure)
        case Share(part=part, of=of, share=share):
            return share, part, of, None, None, cases_of(figure)
        case Times(median=median, p90=p90):
            return None, None, None, median, p90, cases_of(figure)
        case Scores(median=middle):
            return middle, None, None, None, None, cases_of(figure)
        case Rate(per_day=per_day):
            return per_day, None, None, None, None, cases_of(figure)
