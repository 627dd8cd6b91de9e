"""The schedule of change as files: iCalendar, JSON, a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from orchestrator.cli.views.whole_file import write_whole
from orchestrator.policy.authority.document_standing import ReviewDue
from orchestrator.policy.calendar.published_schedule import PublishedSchedule


def write_files(
    schedule: PublishedSchedule,
    ahead: PublishedSchedule,
    zone: ZoneInfo,
    reviews: Callable[[], Sequence[ReviewDue]] = tuple,
    *,
    ical: Path | None,
    json_file: Path | None,
    html: Path | None,
) -> None:
    """Write the files one after the other, each whole or not at all. Raises StoreFault.

    `ahead` is the part of the schedule for the page, `reviews` are for calendars.
    """
    from orchestrator.adapters.report.calendar_page import html_calendar
    from orchestrator.adapters.report.icalendar_file import icalendar_file

    forms: list[tuple[Path | None, Callable[[], str]]] = [
        (ical, lambda: icalendar_file(schedule, reviews()).decode("utf-8")),
        (json_file, lambda: schedule.model_dump_json(indent=1, ensure_ascii=True) + "\n"),
        (html, lambda: html_calendar(ahead, zone)),
    ]
    for path, text in forms:
        if path is None:
            continue
        if str(path) == "-":
            click.echo(text(), nl=False)
        else:
            # People subscribe to a calendar, and web servers serve it.
            write_whole(path, text(), for_all=True)
            click.echo(f"The schedule of change is in {path}", err=True)
