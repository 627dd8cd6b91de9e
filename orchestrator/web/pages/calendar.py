"""The schedule of change: months with bookings, windows and freezes, conflicts, points of no return, and an iCalendar file."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from starlette.responses import Response

from orchestrator.adapters.report.calendar_page import html_calendar
from orchestrator.adapters.report.icalendar_file import icalendar_file
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.lookup.admission_facts import question_of
from orchestrator.engine.lookup.cmdb_items import service_needs
from orchestrator.engine.lookup.snapshots import each_of, survey
from orchestrator.engine.use_cases.bookings_between import bookings_between
from orchestrator.errors import OrchError
from orchestrator.policy.authority.time_lines import verdict_line
from orchestrator.policy.authority.times_ahead import times_ahead
from orchestrator.policy.calendar.published_schedule import PublishedSchedule, published
from orchestrator.web.pages.list_rows import given
from orchestrator.web.report_parts import report_part
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by, sees_everything
from orchestrator.web.server_time import LONGEST, day_given, zone_of_policies
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

    from orchestrator.domain.calendar.schedule_of_change import Booking
    from orchestrator.web.request_context import Asked

SHOWN, FILED_BEFORE, FILED_AFTER = timedelta(days=92), timedelta(days=31), timedelta(days=92)
MOST_TIMES = 50
"""Deployments ahead whose latest starts are shown."""


class LatestStart(NamedTuple):
    """How late a deployment ahead may start, in words; `late` says that a wave may be too late already."""

    deployment: str
    title: str
    words: str


class Range(NamedTuple):
    """The time that is shown; `wrong` says what was not taken of what was asked for."""

    begins: datetime
    ends: datetime
    wrong: str


def _calendar(asked: Asked) -> Response:
    now = asked.ports.clock.now()
    asked_for = given(asked, ("from", "to"))
    zone = zone_of_policies(())
    reach = _range(asked_for, now, zone)
    schedule, clocks = schedule_of(asked, reach.begins, reach.ends)
    return page(
        "calendar.html.j2",
        request=asked.request,
        asked=asked,
        calendar=report_part(html_calendar(schedule, clocks, part=True)),
        latest=list(_latest_starts(asked, schedule.bookings, clocks)),
        filters=asked_for,
        wrong=reach.wrong,
        empty=not schedule.bookings,
    )


def _ical(asked: Asked) -> Response:
    now = asked.ports.clock.now()
    schedule, _ = schedule_of(asked, now - FILED_BEFORE, now + FILED_AFTER)
    return Response(
        icalendar_file(schedule),
        media_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="schedule-of-change.ics"'},
    )


def schedule_of(asked: Asked, begins: datetime, ends: datetime) -> tuple[PublishedSchedule, ZoneInfo]:
    """The schedule as whoever asks may see it: neither bookings nor conflicts name a deployment that they may not see."""
    ports = asked.ports
    mine = seen_by(asked, survey(ports.journal).briefs)
    bookings, policies = bookings_between(ports, mine, begins, ports.clock.now())
    needs = service_needs(ports) if sees_everything(asked) else {}
    return published(bookings, policies, begins, ends, needs), zone_of_policies(policies)


def _range(asked_for: dict[str, str], now: datetime, zone: ZoneInfo) -> Range:
    today = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    begins = day_given(asked_for["from"], zone) or today
    ends = day_given(asked_for["to"], zone) or begins + SHOWN
    wrong = [f"{name}: {text}" for name, text in asked_for.items() if text and day_given(text, zone) is None]
    if not begins < ends <= begins + LONGEST:
        wrong.append(f"an end after the beginning, and at most {LONGEST.days} days later")
        begins, ends = today, today + SHOWN
    return Range(begins, ends, "; ".join(wrong))


def _latest_starts(asked: Asked, bookings: Iterable[Booking], zone: ZoneInfo) -> Iterator[LatestStart]:
    """The point of no return of each deployment that is ahead, where everything that it rests on can be read."""
    ahead = {b.id: b for b in bookings if b.state in {"proposed", "approved"}}
    for name, d in each_of(asked.ports.journal, list(ahead)[:MOST_TIMES]):
        if isinstance(d, Deployment) and d.authority.effective is not None:
            yield LatestStart(name, ahead[name].title, _latest_words(asked, d, ahead[name], zone))


def _latest_words(asked: Asked, d: Deployment, booking: Booking, zone: ZoneInfo) -> str:
    try:
        times = times_ahead(question_of(asked.ports, d, asked.ports.clock.now()), booking.starts)
    except OrchError as unreadable:
        return f"not known: {unreadable}"
    words, _ = verdict_line(times, zone)
    return words or "no window closes on it, so that no start is too late"


ROUTES = (
    Route("GET", "/calendar", "see", _calendar),
    Route("GET", "/calendar.ics", "see", _ical),
)
