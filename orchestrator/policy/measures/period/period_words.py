"""What a report is about, in sentences: its period, its filter, what is missing from it."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from orchestrator.domain.text.format import counted
from orchestrator.policy.measures.period.figure_words import deployments_words
from orchestrator.policy.measures.period.period_report import PeriodReport
from orchestrator.policy.measures.period.span import Period


def period_words(period: Period, zone: ZoneInfo) -> str:
    """A period such as `2026-10-30 00:00 CET to 2026-11-29 00:00 CET`."""
    return f"{_moment(period.begins, zone)} to {_moment(period.ends, zone)}"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def asked_words(report: PeriodReport) -> str:
    """Which deployments are counted."""
    asked = report.asked
    pairs = (("service", asked.service), ("model", asked.model), ("environment", asked.environment))
    return ", ".join(f"{what} {name}" for what, name in pairs if name is not None) or "all deployments"


def notes_of(report: PeriodReport, zone: ZoneInfo) -> Iterator[str]:
    """What a reader has to know before the figures: how much there is, whether it is over, what could not be read."""
    yield (
        f"{deployments_words(report.deployments).capitalize()} in this period and the one before "
        f"({period_words(report.before, zone)}); rehearsals are counted apart."
    )
    if not report.over:
        yield f"The period is not over: figures are as of {_moment(report.made, zone)}."
    if report.disposed:
        count = counted(report.disposed, "deployment")
        yield f"In no figure, because its record was disposed of: {count} of this period or the one before."
    if report.unreadable:
        names = ", ".join(report.unreadable)
        yield f"In no figure, because it cannot be read: {counted(len(report.unreadable), 'deployment')} ({names})."
