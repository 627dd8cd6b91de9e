"""The schedule of change as iCalendar, JSON and a page: whole, stable, and safe whatever people wrote."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Component

from orchestrator.adapters.report.calendar_page import html_calendar
from orchestrator.adapters.report.icalendar_file import icalendar_file
from orchestrator.adapters.report.months import months_of
from orchestrator.domain.calendar.schedule_of_change import Booking
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.calendar.published_schedule import PublishedSchedule, published
from tests.adapters.report.outline import Outline
from tests.bookings import EVENING, booking

BERLIN = ZoneInfo("Europe/Berlin")
HOSTILE = "</td><script>alert(1)</script>;,\\\nBEGIN:VEVENT\r\nX:\u202e\x1b[2J"
SHOP = {"m-1": "web1", "m-2": "web2"}
POLICY = ReleasePolicy.model_validate(
    {
        "orch": 1,
        "policy": "live",
        "version": 1,
        "title": "Live",
        "windows": [
            {
                "name": "night",
                "zone": "Europe/Berlin",
                "starts": "2026-06-01T22:00",
                "lasts": "6h",
                "repeats": "FREQ=DAILY",
            }
        ],
        "freezes": [
            {
                "name": "sale",
                "zone": "Europe/Berlin",
                "starts": "2026-06-11T00:00",
                "ends": "2026-06-14T00:00",
                "reason": "summer <sale>",
            }
        ],
    }
)
BOOKINGS = [
    booking("shop-2", machines=SHOP, revision=7, changed_at=EVENING - timedelta(days=1), plan_digest="ab" * 32),
    booking("pay-9", 1, 3, state="proposed", machines={"m-2": "pay1"}, title="pay 9 to live"),
    booking("old", -48, -40, state="over"),
    booking("gone", 48, 50, state="withdrawn"),
    booking("held", -3, None, state="running", machines={"m-7": "db1"}, basis="nobody knows: it is held"),
    booking("night", 200, 212, by_address=["web9"], machines={"address:10.0.0.9:22": "web9"}),
    booking("evil", 72, 74, title=HOSTILE, by=HOSTILE, cis=[HOSTILE], service=HOSTILE),
]  # fmt: skip


def schedule(
    *bookings: Booking, days: float = 30, begins: datetime = EVENING - timedelta(days=5)
) -> PublishedSchedule:
    return published(bookings or BOOKINGS, [POLICY], begins, begins + timedelta(days=days))


def events() -> dict[str, Component]:
    calendar = Calendar.from_ical(icalendar_file(schedule()))
    return {str(event["uid"]).split(".")[0]: event for event in calendar.walk("VEVENT")}


PAGE = html_calendar(schedule(), BERLIN)
OUTLINE = Outline(PAGE)


def test_a_narrow_page_can_leave_out_days_of_nothing_and_names_the_weekdays_of_the_others() -> None:
    cells = re.findall(
        r'<td([^>]*)>\s*<span class="date"><span class="weekday">(\w+) </span>(\d+)<(.*?)</td>',
        PAGE,
        re.DOTALL,
    )
    assert (' class="frozen"', "Thursday", "11") in [cell[:3] for cell in cells]
    assert not [cell for cell in cells if "nothing" in cell[0] and "entry" in cell[3]]
    assert 'class="nothing"' in html_calendar(published([], [], EVENING, EVENING + timedelta(days=9)), BERLIN)


def test_every_booking_is_one_event_with_its_moments_in_utc() -> None:
    by_booking = events()
    assert sorted(by_booking) == sorted(b.id for b in BOOKINGS)
    text = icalendar_file(schedule()).decode()
    assert "DTSTART:20260606T200000Z" in text
    assert "TZID" not in text
    for booked in BOOKINGS:
        assert by_booking[booked.id].decoded("dtstart") == booked.starts
        assert ("dtend" in by_booking[booked.id]) == (booked.ends is not None)


def test_identity_and_revision_of_an_event() -> None:
    event = events()["shop-2"]
    assert str(event["uid"]) == "shop-2.abababababab@orch"
    assert (int(str(event["sequence"])), event.decoded("dtstamp")) == (7, EVENING - timedelta(days=1))


@pytest.mark.parametrize(
    ("name", "status", "transparent"),
    [
        ("shop-2", "CONFIRMED", "OPAQUE"),
        ("pay-9", "TENTATIVE", "OPAQUE"),
        ("old", "CONFIRMED", "TRANSPARENT"),
        ("gone", "CANCELLED", "TRANSPARENT"),
        ("held", "CONFIRMED", "OPAQUE"),
    ],
)
def test_status_by_state(name: str, status: str, transparent: str) -> None:
    event = events()[name]
    assert (str(event["status"]), str(event["transp"])) == (status, transparent)


def test_lines_are_folded_and_text_stays_text() -> None:
    raw = icalendar_file(schedule())
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw.count(b"\r\nBEGIN:VEVENT\r\n") == len(BOOKINGS)
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", raw)
    assert HOSTILE.split(";", maxsplit=1)[0] in str(events()["evil"]["summary"])


def test_a_conflict_stands_in_both_events() -> None:
    by_booking = events()
    assert "CONFLICT with pay-9: the machine web2 (there pay1)" in str(by_booking["shop-2"]["description"])
    assert "CONFLICT with shop-2" in str(by_booking["pay-9"]["description"])
    assert "CONFLICT" not in str(by_booking["old"]["description"])


def test_the_same_schedule_is_the_same_file() -> None:
    assert icalendar_file(schedule()) == icalendar_file(schedule())
    assert schedule().model_dump_json() == schedule().model_dump_json()
    again = PublishedSchedule.model_validate_json(schedule().model_dump_json())
    assert again == schedule()
    assert json.loads(schedule().model_dump_json())["kind"] == "schedule of change"


def test_only_what_reaches_into_the_time_is_published_and_its_conflicts_whole() -> None:
    late = schedule(days=1, begins=EVENING + timedelta(hours=2, minutes=30))
    assert [b.id for b in late.bookings] == ["held", "pay-9"]
    assert [(c.one, c.other) for c in late.conflicts] == [("shop-2", "pay-9")]


def test_the_page_is_whole_and_nothing_runs() -> None:
    assert (OUTLINE.unbalanced, OUTLINE.open) == ([], [])
    for tag, attributes in OUTLINE.elements:
        assert tag not in {"script", "iframe", "object", "embed", "link", "img", "form"}
        assert not [key for key in attributes if key.startswith("on") or key == "src"]
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import", PAGE)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", PAGE)


def test_links_lead_to_places_on_the_page() -> None:
    places = {a["id"] for _, a in OUTLINE.elements if "id" in a}
    assert {(a["href"] or "")[1:] for tag, a in OUTLINE.elements if tag == "a"} <= places


def test_the_page_names_bookings_conflicts_freezes_and_unknown_machines() -> None:
    for words in (
        "7 deployments, 1 conflict",
        "✗ with pay-9: the machine web2 (there pay1), from Sat 2026-06-06 23:00 CEST to Sun 2026-06-07 00:00 CEST",
        "frozen: sale",
        "summer <sale>",
        "nobody knows: it is held",
        "1 host never told which machine they are (web9)",
        "<script>alert(1)</script>",
    ):
        assert words in OUTLINE.text
    assert "June 2026" in OUTLINE.text


def test_a_day_shows_its_windows_freezes_bookings_and_conflicts_where_they_are() -> None:
    day = next(
        day
        for month in months_of(schedule(), BERLIN)
        for week in month.weeks
        for day in week
        if day.shown and day.date.isoformat() == "2026-06-06"
    )
    bars = [(bar.layer, round(bar.x, 1), round(bar.width, 1)) for bar in day.bars]
    assert bars == [
        ("window", 0.0, 16.7),
        ("window", 91.7, 8.3),
        ("booking", 79.2, 20.8),
        ("booking", 91.7, 8.3),
        ("booking", 95.8, 4.2),
        ("conflict", 95.8, 4.2),
        ("conflict", 95.8, 4.2),
    ]
    assert [(entry.booking.id, entry.clock, entry.conflict) for entry in day.entries] == [
        ("held", "19:00, no known end", False),
        ("shop-2", "22:00 to 00:00", True),
        ("pay-9", "from 23:00", True),
    ]


def test_days_in_which_clocks_change_are_as_long_as_they_are() -> None:
    begins = datetime(2026, 3, 28, 23, tzinfo=UTC)
    booked = booking("spring", 0, 1).model_copy(
        update={"starts": begins, "ends": datetime(2026, 3, 29, 10, 30, tzinfo=UTC)}
    )
    days = months_of(schedule(booked, days=1, begins=begins), BERLIN)[0].weeks[0]
    bars = [bar for day in days for bar in day.bars if bar.layer == "booking"]
    assert [(round(bar.x, 1), round(bar.width, 1)) for bar in bars] == [(0.0, 50.0)]


def test_what_is_over_is_faint_and_what_was_withdrawn_takes_up_no_time() -> None:
    days = [day for week in months_of(schedule(), BERLIN)[0].weeks for day in week]
    layers = {bar.title: bar.layer for day in days for bar in day.bars if bar.layer != "conflict"}
    assert (layers["old"], layers["shop-2"], "gone" in layers) == ("past", "booking", False)


def test_an_empty_schedule_says_so() -> None:
    empty = published([], [], EVENING, EVENING + timedelta(days=400))
    text = Outline(html_calendar(empty, BERLIN)).text
    assert "Nothing is scheduled in this time." in text
    assert text.count("2026") + text.count("2027") >= 13
    assert b"BEGIN:VEVENT" not in icalendar_file(empty)
