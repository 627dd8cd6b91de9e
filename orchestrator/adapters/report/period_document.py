"""The report of a period to print and to archive: charts, figures with their definitions, and the deployments behind them."""

from collections.abc import Iterator
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment

from orchestrator.adapters.report import period_charts as charts
from orchestrator.adapters.report.attached_record import footing
from orchestrator.adapters.report.document import Attached, Chart, Document, Fact, Section, table
from orchestrator.adapters.report.period_page import HEADLINES
from orchestrator.adapters.report.templating import TEMPLATES, environment
from orchestrator.policy.measures.period.figure_words import figure_words, trend_words
from orchestrator.policy.measures.period.listed_words import HEADINGS, NONE_LISTED, ORDER, row_of
from orchestrator.policy.measures.period.measure_words import MEANINGS, REASONS, SECTIONS, group_words
from orchestrator.policy.measures.period.period_report import Measure, PeriodReport
from orchestrator.policy.measures.period.period_words import asked_words, notes_of, period_words

COLOURS = {
    "completed": "#1a7f37",
    "with_exceptions": "#c27a1a",
    "with_residue": "#d58580",
    "backed_out": "#2f6fb3",
    "backout_failed": "#b3261e",
    "refused": "#7a3aa8",
    "cancelled": "#aab4be",
}
"""As in period_paper.css."""
HOW_COUNTED = (
    "A median of an even number of cases is the mean of the two in the middle; 90 % by nearest rank. Changes of shares are in "
    "points of 100, those of times are of the median."
)


def period_document(report: PeriodReport, zone: ZoneInfo, content: bytes) -> Document:
    """The document, in the time of this zone. `content`: the report as JSON, which the PDF has inside."""
    day = (
        f"{report.period.begins.astimezone(zone):%Y-%m-%d}-to-{report.period.ends.astimezone(zone):%Y-%m-%d}"
    )
    attached = Attached(f"report-{day}.json", content, "application/json", "The same figures for programs")
    return Document(
        kind="Deployment report",
        title=period_words(report.period, zone),
        name=period_words(report.period, zone),
        tone="plain",
        state=asked_words(report),
        words=tuple(notes_of(report, zone)),
        facts=tuple(_headlines(report)),
        sections=(
            _ends(report, zone),
            _causes(report),
            _lead_times(report),
            *(_measures(report, section) for section in SECTIONS),
            _listed(report, zone),
            Section(
                "Not counted here",
                facts=tuple(
                    Fact(title, (reason,)) for title, reason in map(REASONS.__getitem__, report.unrecorded)
                ),
            ),
        ),
        made_at=report.made,
        made_from="the journals of deployments",
        times=f"Times of the period are by the clocks of {zone.key}.",
        digest=footing(attached),
        attached=attached,
    )


def _headlines(report: PeriodReport) -> Iterator[Fact]:
    for code in HEADLINES:
        for measure in report.of(code):
            change = trend_words(measure.now, measure.before)
            before = f"before: {figure_words(measure.before)}{f' ({change})' if change else ''}"
            yield Fact(MEANINGS[code].title, (figure_words(measure.now), before))


def _ends(report: PeriodReport, zone: ZoneInfo) -> Section:
    columns = charts.columns_of(report, zone)
    nothing = "No deployment ended in this period."
    if columns is None:
        return Section("How deployments ended", nothing=nothing)
    counts = (f"{group_words(group)}" for group in columns.groups)
    chart = Chart(
        _drawn("columns", columns),
        f"Ended deployments over time, by their end: {', '.join(counts)}",
        tuple((COLOURS[group], group_words(group)) for group in columns.groups),
        "Each column is a part of the period, with the day on which it begins.",
    )
    return Section("How deployments ended", chart=chart)


def _causes(report: PeriodReport) -> Section:
    bars = charts.causes_of(report)
    nothing = "No deployment ended in this period otherwise than completed or cancelled."
    if bars is None:
        return Section("Why they failed", nothing=nothing)
    words = ", ".join(
        f"{name.words} {value.words}" for name, value in zip(bars.names, bars.values, strict=True)
    )
    return Section("Why they failed", chart=Chart(_drawn("causes", bars), f"Failures by cause: {words}"))


def _lead_times(report: PeriodReport) -> Section:
    strip = charts.strip_of(report)
    if strip is None:
        return Section("From planned to completed", nothing="No deployment was completed in this period.")
    words = f"{strip.median.words} (the whole line), {strip.p90.words} (the dashed line)"
    chart = Chart(
        _drawn("strip", strip),
        f"Lead times, a dot for each deployment: {words}",
        (),
        f"A dot is a completed deployment; {words}.",
    )
    return Section("From planned to completed", chart=chart)


def _measures(report: PeriodReport, section: str) -> Section:
    rows = []
    last = ""
    for measure in report.measures:
        meaning = MEANINGS[measure.code]
        if meaning.section == section:
            rows.append((*_cells(measure), meaning.definition if measure.code != last else ""))
            last = measure.code
    headings = (
        ("measure", 3), ("this period", 2.4), ("the period before", 2.4), ("change", 1.4), ("what is counted", 5),
    )  # fmt: skip
    lines = (HOW_COUNTED,) if section == next(iter(SECTIONS)) else ()
    return Section(section, lines, table=table(headings, rows))


def _cells(measure: Measure) -> tuple[str, str, str, str]:
    title = MEANINGS[measure.code].title
    return (
        f"{title}: {group_words(measure.group)}" if measure.group else title,
        figure_words(measure.now),
        figure_words(measure.before),
        trend_words(measure.now, measure.before),
    )


def _listed(report: PeriodReport, zone: ZoneInfo) -> Section:
    rows = [row_of(each, zone) for each in report.listed]
    headings = tuple(zip(HEADINGS, (4, 2.5, 2, 2.2, 4), strict=True))
    return Section(
        "The deployments", (ORDER,) if rows else (), table=table(headings, rows), nothing=NONE_LISTED
    )


def _drawn(name: str, chart: object) -> str:
    """A chart as SVG that needs no page around it."""
    module = _environment().get_template("period_charts.html.j2").module
    style = (TEMPLATES / "period_paper.css").read_text(encoding="utf-8")
    return str(getattr(module, name)(chart, charts, style))


@cache
def _environment() -> Environment:
    return environment({"px": lambda x: f"{x:.1f}"})
