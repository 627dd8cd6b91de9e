"""The period and the filter that several commands share, as options."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import click

from orchestrator.cli.options.schedule_times import from_option, range_given, to_option, zone_given
from orchestrator.policy.measures.period.period_report import Asked
from orchestrator.policy.measures.period.span import Period

USUAL = timedelta(days=30), timedelta(0)


class PeriodAsked(NamedTuple):
    """A period, the deployments that are meant, and the zone in which times are shown."""

    period: Period
    asked: Asked
    zone: ZoneInfo


def period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--from`, `--to`, `--zone`, `--service`, `--model` and `--environment`, which `period_asked` reads."""
    filters = (
        click.option(
            "--zone", metavar="ZONE", help="The time zone of the times given and shown [default: UTC]."
        ),
        click.option("--service", help="Only deployments of this service."),
        click.option("--model", help="Only deployments by this model."),
        click.option("--environment", help="Only deployments to this environment."),
    )
    for option in reversed((from_option, to_option, *filters)):
        command = option(command)
    return command


def period_asked(now: datetime, **given: str | None) -> PeriodAsked:
    """The period and the filter of these options. Raises UsageFault."""
    clocks = zone_given(given["zone"])
    begins, ends = range_given(given["begins"], given["ends"], now, USUAL, clocks)
    asked = Asked(service=given["service"], model=given["model"], environment=given["environment"])
    return PeriodAsked(Period(begins=begins, ends=ends), asked, clocks)
