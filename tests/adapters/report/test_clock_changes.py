"""Starts around the nights on which clocks change: the moment that is meant, how it is shown, and whether a window is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar as ICalendar
from pydantic_core import PydanticCustomError

from orchestrator.adapters.report.icalendar_file import icalendar_file
from orchestrator.adapters.report.months import months_of
from orchestrator.domain.calendar.schedule_of_change import Booking
from orchestrator.domain.calendar.time_input import words_of, written_moment
from orchestrator.domain.calendar.window import MaintenanceWindow
from orchestrator.policy.calendar.published_schedule import PublishedSchedule, published
from orchestrator.policy.calendar.windows import Calendar, open_at
from orchestrator.policy.telling.words.schedule_words import when_words
from tests.bookings import EVENING, booking

BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

# Each window opens at 22:00 on Saturday; one is six real hours long, the other ends when the clock shows 04:00.
# (zone, written, the moment in UTC, as it is shown, an hour from then as the calendar shows it, open: six hours, until 04:00)
STARTS = [
    (BERLIN, "2026-03-28T22:00", "2026-03-28T21:00", "Sat 2026-03-28 22:00 CET", "22:00 to 23:00", True, True),
    (BERLIN, "2026-03-29T01:59", "2026-03-29T00:59", "Sun 2026-03-29 01:59 CET", "01:59 CET to 03:59 CEST", True, True),
    (BERLIN, "2026-03-29T03:00", "2026-03-29T01:00", "Sun 2026-03-29 03:00 CEST", "03:00 CEST to 04:00 CEST", True, True),
    (BERLIN, "2026-03-29T02:30+01:00", "2026-03-29T01:30", "Sun 2026-03-29 03:30 CEST", "03:30 CEST to 04:30 CEST", True, True),
    (BERLIN, "2026-03-29T03:59", "2026-03-29T01:59", "Sun 2026-03-29 03:59 CEST", "03:59 CEST to 04:59 CEST", True, True),
    (BERLIN, "2026-03-29T04:00", "2026-03-29T02:00", "Sun 2026-03-29 04:00 CEST", "04:00 CEST to 05:00 CEST", True, False),
    (BERLIN, "2026-03-29T04:59", "2026-03-29T02:59", "Sun 2026-03-29 04:59 CEST", "04:59 CEST to 05:59 CEST", True, False),
    (BERLIN, "2026-03-29T05:00", "2026-03-29T03:00", "Sun 2026-03-29 05:00 CEST", "05:00 CEST to 06:00 CEST", False, False),
    (BERLIN, "2026-03-30T01:59", "2026-03-29T23:59", "Mon 2026-03-30 01:59 CEST", "01:59 to 02:59", False, False),
    (BERLIN, "2026-10-24T22:00", "2026-10-24T20:00", "Sat 2026-10-24 22:00 CEST", "22:00 to 23:00", True, True),
    (BERLIN, "2026-10-25T01:59", "2026-10-24T23:59", "Sun 2026-10-25 01:59 CEST", "01:59 CEST to 02:59 CEST", True, True),
    (BERLIN, "2026-10-25T02:30+02:00", "2026-10-25T00:30", "Sun 2026-10-25 02:30 CEST", "02:30 CEST to 02:30 CET", True, True),
    (BERLIN, "2026-10-25T02:30+01:00", "2026-10-25T01:30", "Sun 2026-10-25 02:30 CET", "02:30 CET to 03:30 CET", True, True),
    (BERLIN, "2026-10-25T03:00", "2026-10-25T02:00", "Sun 2026-10-25 03:00 CET", "03:00 CET to 04:00 CET", False, True),
    (BERLIN, "2026-10-25T03:59", "2026-10-25T02:59", "Sun 2026-10-25 03:59 CET", "03:59 CET to 04:59 CET", False, True),
    (BERLIN, "2026-10-25T04:00", "2026-10-25T03:00", "Sun 2026-10-25 04:00 CET", "04:00 CET to 05:00 CET", False, False),
    (NEW_YORK, "2026-03-08T01:59", "2026-03-08T06:59", "Sun 2026-03-08 01:59 EST", "01:59 EST to 03:59 EDT", True, True),
    (NEW_YORK, "2026-03-08T03:00", "2026-03-08T07:00", "Sun 2026-03-08 03:00 EDT", "03:00 EDT to 04:00 EDT", True, True),
    (NEW_YORK, "2026-11-01T01:30-04:00", "2026-11-01T05:30", "Sun 2026-11-01 01:30 EDT", "01:30 EDT to 01:30 EST", True, True),
    (NEW_YORK, "2026-11-01T01:30-05:00", "2026-11-01T06:30", "Sun 2026-11-01 01:30 EST", "01:30 EST to 02:30 EST", True, True),
    (LORD_HOWE, "2026-10-04T02:30", "2026-10-03T15:30", "Sun 2026-10-04 02:30 +11", "02:30 +11 to 03:30 +11", True, True),
    (LORD_HOWE, "2026-04-05T01:45+11:00", "2026-04-04T14:45", "Sun 2026-04-05 01:45 +11", "01:45 +11 to 02:15 +1030",
     True, True),
]  # fmt: skip

# What is written in a zone, and what is said of it.
REFUSED = [
    (BERLIN, "2026-03-29T02:00", "does not exist"),
    (BERLIN, "2026-03-29T02:59", "does not exist"),
    (BERLIN, "2026-10-25T02:00", "2026-10-25T02:00+02:00 or 2026-10-25T02:00+01:00"),
    (BERLIN, "2026-10-25T02:59", "2026-10-25T02:59+02:00 or 2026-10-25T02:59+01:00"),
    (NEW_YORK, "2026-03-08T02:30", "does not exist"),
    (NEW_YORK, "2026-11-01T01:30", "2026-11-01T01:30-04:00 or 2026-11-01T01:30-05:00"),
    (LORD_HOWE, "2026-10-04T02:15", "does not exist"),
    (LORD_HOWE, "2026-04-05T01:45", "2026-04-05T01:45+11:00 or 2026-04-05T01:45+10:30"),
]


def window(zone: str, **end: str) -> Calendar:
    words = {"name": "night", "zone": zone, "starts": "2026-01-03T22:00", "repeats": "FREQ=WEEKLY", **end}
    return Calendar(windows=(MaintenanceWindow.model_validate(words),))


def hour_from(starts: datetime) -> tuple[Booking, PublishedSchedule]:
    begins = (starts - EVENING).total_seconds() / 3600
    booked = booking("shop", begins, begins + 1)
    return booked, published([booked], [], starts - timedelta(days=3), starts + timedelta(days=3))


@pytest.mark.parametrize(
    ("zone", "written", "utc", "shown", "in_calendar", "six_hours", "until_four"),
    STARTS,
    ids=[f"{row[0]} {row[1]}" for row in STARTS],
)
def test_start(
    zone: str, written: str, utc: str, shown: str, in_calendar: str, six_hours: bool, until_four: bool  # noqa: FBT001
) -> None:  # fmt: skip
    starts = written_moment(written, NOW, zone)
    assert starts == datetime.fromisoformat(f"{utc}+00:00")
    assert when_words(starts, ZoneInfo(zone)) == shown
    booked, schedule = hour_from(starts)
    months = months_of(schedule, ZoneInfo(zone))
    entries = [entry for m in months for week in m.weeks for day in week for entry in day.entries]
    assert [entry.clock for entry in entries] == [in_calendar]
    (event,) = ICalendar.from_ical(icalendar_file(schedule)).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (booked.starts, booked.ends)
    assert open_at(window(zone, lasts="6h"), starts) is six_hours
    assert open_at(window(zone, ends="2026-01-04T04:00"), starts) is until_four


@pytest.mark.parametrize(("zone", "written", "words"), REFUSED, ids=[f"{row[0]} {row[1]}" for row in REFUSED])
def test_no_one_moment_is_meant(zone: str, written: str, words: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        written_moment(written, NOW, zone)
    assert words in words_of(refused.value)
