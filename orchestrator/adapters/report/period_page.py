"""The report of a period as one self-contained page: the figures in tables with their definitions, and charts."""

from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment

from orchestrator.adapters.report import period_charts as charts
from orchestrator.adapters.report.templating import environment, page_of
from orchestrator.policy.measures.period.figure_words import figure_words, trend_words
from orchestrator.policy.measures.period.figures import Share
from orchestrator.policy.measures.period.listed_words import HEADINGS, NONE_LISTED, ORDER, row_of
from orchestrator.policy.measures.period.measure_words import MEANINGS, REASONS, SECTIONS, group_words
from orchestrator.policy.measures.period.period_report import Measure, MeasureCode, PeriodReport
from orchestrator.policy.measures.period.period_words import asked_words, notes_of, period_words

HEADLINES: tuple[MeasureCode, ...] = (
    "success",
    "deployment_frequency",
    "change_failure_rate",
    "time_to_restore",
)


def html_report(report: PeriodReport, zone: ZoneInfo, *, part: bool = False) -> str:
    """The page, or a `part` for another page, in the time of this zone. No script, no external address, every text escaped."""
    return page_of(
        _environment(),
        "period.html.j2",
        part=part,
        report=report,
        period=period_words(report.period, zone),
        asked=asked_words(report),
        notes=list(notes_of(report, zone)),
        headlines=[(MEANINGS[code].title, report.of(code)[0]) for code in HEADLINES],
        sections={section: _groups(report, section) for section in SECTIONS},
        reasons=[REASONS[code] for code in report.unrecorded],
        columns=charts.columns_of(report, zone),
        causes=charts.causes_of(report),
        strip=charts.strip_of(report),
        size=charts,
        listed=[row_of(each, zone) for each in report.listed],
        listed_headings=HEADINGS,
        none_listed=NONE_LISTED,
        order=ORDER,
    )


def _groups(report: PeriodReport, section: str) -> list[tuple[MeasureCode, tuple[Measure, ...]]]:
    codes = dict.fromkeys(m.code for m in report.measures if MEANINGS[m.code].section == section)
    return [(code, report.of(code)) for code in codes]


def _bar(measure: Measure) -> float | None:
    """The length of the bar behind a share, out of 100."""
    return round(100 * measure.now.share, 1) if isinstance(measure.now, Share) and measure.now.share else None


@cache
def _environment() -> Environment:
    return environment(
        {
            "figure": figure_words,
            "trend": lambda measure: trend_words(measure.now, measure.before),
            "group": group_words,
            "title": lambda code: MEANINGS[code].title,
            "definition": lambda code: MEANINGS[code].definition,
            "bar": _bar,
            "px": lambda x: f"{x:.1f}",
        }
    )
