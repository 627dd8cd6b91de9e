"""The report of a period for people in a terminal: a table for each section, then every definition."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import chain
from zoneinfo import ZoneInfo

from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.measures.period.figure_words import figure_words, trend_words
from orchestrator.policy.measures.period.listed_words import NONE_LISTED, row_of
from orchestrator.policy.measures.period.measure_words import MEANINGS, REASONS, SECTIONS, group_words
from orchestrator.policy.measures.period.period_report import Measure, PeriodReport
from orchestrator.policy.measures.period.period_words import asked_words, notes_of, period_words

WIDTH = 118
LONGEST = 60
MOST_LISTED = 50
Row = tuple[str, str, str, str]


def report_lines(report: PeriodReport, zone: ZoneInfo) -> Iterator[str]:
    """The lines of the report, all tables with the same columns."""
    yield f"Report of {period_words(report.period, zone)}: {plain(asked_words(report), 300)}"
    yield from (plain(note, 2000) for note in notes_of(report, zone))
    rows = {section: list(_rows(report, section)) for section in SECTIONS}
    head: Row = ("", "this period", "the period before", "change")
    widths = [max(len(row[n]) for row in (head, *chain(*rows.values()))) for n in range(4)]
    for section, lines in rows.items():
        yield ""
        yield _line((section, *head[1:]), widths)
        yield from (_line((f"  {row[0]}", *row[1:]), widths) for row in lines)
    yield from _listed(report, zone)
    yield from _unrecorded(report)
    yield from _definitions(report)


def _rows(report: PeriodReport, section: str) -> Iterator[Row]:
    last = ""
    for measure in report.measures:
        meaning = MEANINGS[measure.code]
        if meaning.section != section:
            continue
        if measure.group and measure.code != last:
            yield meaning.title, "", "", ""
        last = measure.code
        name = f"  {plain(group_words(measure.group), LONGEST)}" if measure.group else meaning.title
        yield name, *_cells(measure)


def _cells(measure: Measure) -> tuple[str, str, str]:
    return (
        figure_words(measure.now),
        figure_words(measure.before),
        trend_words(measure.now, measure.before),
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        cell.ljust(width + (2 if n == 0 else 0))
        for n, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()


def _listed(report: PeriodReport, zone: ZoneInfo) -> Iterator[str]:
    """The deployments of the period in columns; of very many the newest."""
    yield ""
    yield "The deployments"
    rows = [
        tuple(plain(cell, LONGEST) for cell in row_of(each, zone)) for each in report.listed[-MOST_LISTED:]
    ]
    if not rows:
        yield f"  {NONE_LISTED}"
        return
    if len(report.listed) > MOST_LISTED:
        yield f"  The newest {MOST_LISTED} of {len(report.listed):,}; files and --json have all."
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield from (f"  {_line(row, [widths[0] - 2, *widths[1:]])}" for row in rows)


def _unrecorded(report: PeriodReport) -> Iterator[str]:
    yield ""
    yield "Not counted here"
    for code in report.unrecorded:
        title, reason = REASONS[code]
        yield f"  {title}: {reason}"


def _definitions(report: PeriodReport) -> Iterator[str]:
    yield ""
    yield "What is counted"
    for code in dict.fromkeys(measure.code for measure in report.measures):
        meaning = MEANINGS[code]
        text = f"{meaning.title}: {meaning.definition}"
        yield from textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")
    yield (
        "  A median of an even number of cases is the mean of the two in the middle; 90 % by nearest rank. Change: of shares"
    )
    yield "    in points of 100, of times by the median."
