"""Windows and freezes: by a table of nights, and by rules that hold in every zone and across every change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestrator.domain.calendar.local_time import local, moment, oddity, wall
from orchestrator.domain.calendar.window import Freeze, MaintenanceWindow, Span
from orchestrator.domain.text.model_base import moment_of
from orchestrator.policy.calendar.windows import (
    Calendar,
    closes_at,
    freezes_at,
    never_opening,
    next_opening,
    odd_times,
    open_at,
    open_spans,
    overlapping_freezes,
)

ZONES = (
    "Europe/Berlin",
    "Europe/Dublin",  # its winter time is the one that counts as saved
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # half an hour only
    "Pacific/Apia",  # left out a whole day in 2011
    "Africa/Casablanca",
    "Antarctica/Troll",  # two hours
    "UTC",
)


def window(**words: Any) -> MaintenanceWindow:
    usual = {"name": "night", "zone": "Europe/Berlin", "starts": "2026-01-03T22:00", "lasts": "4h"}
    return MaintenanceWindow.model_validate({**usual, **words})


def freeze(**words: Any) -> Freeze:
    usual = {
        "name": "stop",
        "zone": "UTC",
        "starts": "2026-01-04T00:00",
        "lasts": "1h",
        "reason": "stocktaking",
    }
    return Freeze.model_validate({**usual, **words})


def at(text: str) -> datetime:
    parsed = moment_of(text)
    assert isinstance(parsed, datetime)
    return parsed


WEEKLY = {"repeats": "FREQ=WEEKLY;BYDAY=SA"}
# window, now -> the next opening from now on, and when that closes
NIGHTS: list[tuple[str, dict[str, Any], str, str | None, str | None]] = [
    ("once, before it", {}, "2026-01-01T00:00Z", "2026-01-03T21:00Z", "2026-01-04T01:00Z"),
    ("once, in it", {}, "2026-01-03T23:00Z", "2026-01-03T23:00Z", "2026-01-04T01:00Z"),
    ("once, at its end", {}, "2026-01-04T01:00Z", None, None),
    ("weekly, winter", WEEKLY, "2026-02-04T00:00Z", "2026-02-07T21:00Z", "2026-02-08T01:00Z"),
    ("weekly, summer", WEEKLY, "2026-07-01T00:00Z", "2026-07-04T20:00Z", "2026-07-05T00:00Z"),
    ("four real hours when clocks go forward", WEEKLY, "2026-03-28T00:00Z", "2026-03-28T21:00Z", "2026-03-29T01:00Z"),
    ("four real hours when clocks go back", WEEKLY, "2026-10-24T00:00Z", "2026-10-24T20:00Z", "2026-10-25T00:00Z"),
    ("until 06:00 by the clock, forward", {**WEEKLY, "lasts": None, "ends": "2026-01-04T06:00"},
     "2026-03-28T00:00Z", "2026-03-28T21:00Z", "2026-03-29T04:00Z"),
    ("until 06:00 by the clock, back", {**WEEKLY, "lasts": None, "ends": "2026-01-04T06:00"},
     "2026-10-24T00:00Z", "2026-10-24T20:00Z", "2026-10-25T05:00Z"),
    ("starts in the hour that is skipped", {"starts": "2026-01-04T02:30", "repeats": "FREQ=WEEKLY;BYDAY=SU"},
     "2026-03-28T12:00Z", "2026-03-29T01:30Z", "2026-03-29T05:30Z"),
    ("starts in the hour that comes twice", {"starts": "2026-01-04T02:30", "repeats": "FREQ=WEEKLY;BYDAY=SU"},
     "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-25T04:30Z"),
    ("lies wholly in the hour that is skipped",
     {"starts": "2026-01-04T02:30", "lasts": None, "ends": "2026-01-04T03:00", "repeats": "FREQ=WEEKLY;BYDAY=SU"},
     "2026-03-28T12:00Z", "2026-04-05T00:30Z", "2026-04-05T01:00Z"),
    ("a start that is left out", {**WEEKLY, "skips": ["2026-01-10T22:00"]},
     "2026-01-05T00:00Z", "2026-01-17T21:00Z", "2026-01-18T01:00Z"),
    ("a further start", {**WEEKLY, "also": ["2026-01-07T22:00"]},
     "2026-01-05T00:00Z", "2026-01-07T21:00Z", "2026-01-08T01:00Z"),
    ("a rule that has ended", {"repeats": "FREQ=WEEKLY;BYDAY=SA;COUNT=2"}, "2026-01-12T00:00Z", None, None),
    ("a rule that ends on a day", {"repeats": "FREQ=WEEKLY;BYDAY=SA;UNTIL=20260131T220000"},
     "2026-01-26T00:00Z", "2026-01-31T21:00Z", "2026-02-01T01:00Z"),
    ("the second Tuesday of the month", {"starts": "2026-01-13T20:00", "repeats": "FREQ=MONTHLY;BYDAY=2TU"},
     "2026-02-01T00:00Z", "2026-02-10T19:00Z", "2026-02-10T23:00Z"),
    ("the last day of the month", {"starts": "2026-01-31T20:00", "repeats": "FREQ=MONTHLY;BYMONTHDAY=-1"},
     "2026-02-01T00:00Z", "2026-02-28T19:00Z", "2026-02-28T23:00Z"),
    ("only in leap years", {"starts": "2028-02-29T20:00", "repeats": "FREQ=YEARLY"},
     "2028-03-01T00:00Z", "2032-02-29T19:00Z", "2032-02-29T23:00Z"),
    ("nights that run into one another are one", {"repeats": "FREQ=DAILY;COUNT=3", "lasts": "26h"},
     "2026-01-03T22:00Z", "2026-01-03T22:00Z", "2026-01-06T23:00Z"),
    ("a quarter of an hour east of India", {"zone": "Asia/Kathmandu", **WEEKLY},
     "2026-01-05T00:00Z", "2026-01-10T16:15Z", "2026-01-10T20:15Z"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "words", "now", "opens", "closes"), NIGHTS, ids=[night[0] for night in NIGHTS]
)
def test_night(what: str, words: dict[str, Any], now: str, opens: str | None, closes: str | None) -> None:
    calendar = Calendar(windows=(window(**words),))
    opening = next_opening(calendar, at(now))
    assert opening == (at(opens) if opens else None)
    if opening is not None and closes is not None:
        assert closes_at(calendar, opening) == at(closes)
        assert open_at(calendar, opening)
        assert not open_at(calendar, at(closes))
        assert open_at(calendar, at(closes) - timedelta(seconds=1))


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a time that does not exist", {"starts": "2026-03-29T02:30"}, "does not exist in Europe/Berlin"),
    ("a time that occurs twice", {"starts": "2026-10-25T02:30"}, "occurs twice in Europe/Berlin"),
    ("an end that does not exist", {"lasts": None, "starts": "2026-03-28T22:00", "ends": "2026-03-29T02:30"}, "does not exist"),
    ("a further start that does not exist", {**WEEKLY, "also": ["2026-03-29T02:30"]}, "does not exist"),
    ("a day that does not exist", {"starts": "2026-02-30T22:00"}, "a date and a time that exist"),
    ("a time with a zone", {"starts": "2026-01-03T22:00Z"}, "pattern"),
    ("a zone that nobody knows", {"zone": "Europe/Atlantis"}, "a time zone of the IANA database"),
    ("an abbreviation for a zone", {"zone": "EST"}, "a time zone of the IANA database"),
    ("a zone that is a path", {"zone": "../../etc/passwd"}, "a time zone of the IANA database"),
    ("a zone that is a folder", {"zone": "America/Argentina"}, "a time zone of the IANA database"),
    ("both an end and a length", {"ends": "2026-01-04T02:00"}, "either ends or lasts"),
    ("neither end nor length", {"lasts": None}, "either ends or lasts"),
    ("an end before the start", {"lasts": None, "ends": "2026-01-03T21:00"}, "an end after the start"),
    ("no length", {"lasts": 0}, "greater than 0"),
    ("a length of years", {"lasts": "900d"}, "less than or equal"),
    ("no rule", {"repeats": "every saturday"}, "a recurrence rule of RFC 5545"),
    ("a rule without a frequency", {"repeats": "BYDAY=SA"}, "a rule with FREQ="),
    ("a rule by the second", {"repeats": "FREQ=SECONDLY"}, "a rule with FREQ="),
    ("a rule with a part twice", {"repeats": "FREQ=WEEKLY;BYDAY=SA;BYDAY=SU"}, "each part of the rule once"),
    ("a rule with an hour of its own", {"repeats": "FREQ=DAILY;BYHOUR=3"}, "only BYDAY, BYMONTH with FREQ=DAILY"),
    ("a rule with two ends", {"repeats": "FREQ=DAILY;COUNT=3;UNTIL=20270101T000000"}, "COUNT or UNTIL"),
    ("a rule with an end in UTC", {"repeats": "FREQ=DAILY;UNTIL=20270101T000000Z"}, "UNTIL as a local time"),
    ("an interval of nothing", {"repeats": "FREQ=DAILY;INTERVAL=0"}, "an INTERVAL from 1"),
    ("a day that is none", {"repeats": "FREQ=WEEKLY;BYDAY=XX"}, "a recurrence rule of RFC 5545"),
    ("a rule that does not begin with its start", {"repeats": "FREQ=WEEKLY;BYDAY=SU"}, "a rule whose first occurrence"),
    ("a rule that never occurs", {"repeats": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "a rule whose first occurrence"),
    ("an exception that leaves nothing out", {**WEEKLY, "skips": ["2026-01-11T22:00"]}, "starts that the rule names"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "words", "says"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(what: str, words: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        window(**words)
    complaints = str([(error.get("ctx"), error["msg"]) for error in refused.value.errors()])
    assert says in complaints


def test_a_freeze_cuts_a_window_in_two() -> None:
    calendar = Calendar(windows=(window(),), freezes=(freeze(starts="2026-01-03T23:00", lasts="30m"),))
    assert open_spans(calendar, at("2026-01-03T00:00Z"), at("2026-01-05T00:00Z")) == (
        Span(opens=at("2026-01-03T21:00Z"), closes=at("2026-01-03T23:00Z")),
        Span(opens=at("2026-01-03T23:30Z"), closes=at("2026-01-04T01:00Z")),
    )


def test_without_windows_only_freezes_close() -> None:
    calendar = Calendar(freezes=(freeze(),))
    assert open_at(calendar, at("2026-01-03T00:00Z"))
    assert closes_at(calendar, at("2026-01-03T00:00Z")) == at("2026-01-04T00:00Z")
    assert next_opening(calendar, at("2026-01-04T00:30Z")) == at("2026-01-04T01:00Z")
    assert closes_at(Calendar(), at("2026-01-03T00:00Z")) is None
    assert [stop.name for stop in freezes_at(calendar, at("2026-01-04T00:59Z"))] == ["stop"]


def test_a_window_that_freezes_cover_each_time_never_opens() -> None:
    yearly = {"starts": "2026-12-24T22:00", "repeats": "FREQ=YEARLY", "zone": "UTC"}
    covered = freeze(starts="2026-12-20T00:00", lasts="14d", repeats="FREQ=YEARLY")
    calendar = Calendar(windows=(window(**yearly), window(name="other")), freezes=(covered,))
    assert [shut.name for shut in never_opening(calendar, at("2026-01-01T00:00Z"))] == ["night"]
    assert never_opening(calendar.without(["stop"]), at("2026-01-01T00:00Z")) == ()


def test_overlapping_freezes_are_found_in_pairs() -> None:
    calendar = Calendar(
        freezes=(
            freeze(name="a", lasts="2h"),
            freeze(name="b", starts="2026-01-04T01:00", lasts="2h"),
            freeze(name="c", starts="2026-01-04T02:00"),
            freeze(name="d", starts="2026-01-04T03:00"),
        )
    )
    overlaps = overlapping_freezes(calendar, at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"))
    assert [(first.name, other.name, span.opens) for first, other, span in overlaps] == [
        ("a", "b", at("2026-01-04T01:00Z")),
        ("b", "c", at("2026-01-04T02:00Z")),
    ]


def test_recurring_starts_that_fall_into_a_change_of_clocks_are_told() -> None:
    sundays = window(starts="2026-01-04T02:30", repeats="FREQ=WEEKLY;BYDAY=SU")
    odd = odd_times(Calendar(windows=(sundays,)), at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"))
    assert [(odd_time.local_start, odd_time.oddity) for odd_time in odd] == [
        ("2026-03-29T02:30", "skipped"),
        ("2026-10-25T02:30", "twice"),
    ]


zones = st.sampled_from(ZONES)
moments = st.datetimes(local("2010-01-01T00:00"), local("2030-01-01T00:00"), timezones=st.just(UTC)).map(
    lambda when: when.replace(second=0, microsecond=0)
)
changes = st.sampled_from(
    [
        at(text)
        for text in (
            "2026-03-29T01:00Z",
            "2026-10-25T01:00Z",
            "2026-03-08T07:00Z",
            "2026-11-01T06:00Z",
            "2026-04-04T15:00Z",
            "2026-10-03T15:30Z",
            "2011-12-30T10:00Z",
        )
    ]
)
near_changes = st.builds(
    lambda when, minutes: when + timedelta(minutes=minutes), changes, st.integers(-300, 300)
)
whens = st.one_of(near_changes, moments)


@settings(deadline=None)
@given(when=whens, zone=zones)
@example(when=at("2026-10-25T01:30Z"), zone="Europe/Berlin")
def test_every_moment_has_its_local_time_and_comes_back_but_for_the_second_of_two(
    when: datetime, zone: str
) -> None:
    shown = wall(when, zone)
    back = moment(shown, zone)
    assert wall(back, zone) == shown
    assert back <= when
    assert back == when or oddity(shown, zone) == "twice"


@settings(deadline=None)
@given(when=whens, zone=zones)
def test_a_skipped_time_is_as_long_after_as_if_clocks_had_not_changed(when: datetime, zone: str) -> None:
    shown = when.replace(tzinfo=None)
    if oddity(shown, zone) == "skipped":
        before = shown - timedelta(days=2)
        offset = before.replace(tzinfo=ZoneInfo(zone)).utcoffset()
        assert offset is not None
        assert moment(shown, zone) == (shown - offset).replace(tzinfo=UTC)
        assert wall(moment(shown, zone), zone) > shown


@settings(deadline=None)
@given(when=whens, zone=zones, hours=st.integers(1, 30))
def test_what_lasts_so_long_is_open_so_long(when: datetime, zone: str, hours: int) -> None:
    start = wall(when, zone)
    if oddity(start, zone) is not None:
        return
    its_window = window(zone=zone, starts=start.strftime("%Y-%m-%dT%H:%M"), lasts=f"{hours}h")
    calendar = Calendar(windows=(its_window,))
    opens = next_opening(calendar, when - timedelta(days=3))
    assert opens == moment(start, zone)
    assert closes_at(calendar, opens) == opens + timedelta(hours=hours)


@settings(deadline=None)
@given(when=whens, zone=zones, every=st.sampled_from(["DAILY", "WEEKLY"]), hours=st.integers(1, 20))
def test_open_at_and_next_opening_and_closes_at_agree(
    when: datetime, zone: str, every: str, hours: int
) -> None:
    start = wall(when - timedelta(days=40), zone).strftime("%Y-%m-%dT%H:%M")
    calendar = Calendar(
        windows=(window(zone=zone, starts=start, lasts=f"{hours}h", repeats=f"FREQ={every}"),)
    )
    opens = next_opening(calendar, when)
    assert opens is not None
    assert (opens == when) == open_at(calendar, when)
    closes = closes_at(calendar, opens)
    assert closes is not None
    assert opens < closes
    assert not open_at(calendar, closes)
    assert open_at(calendar, closes - timedelta(seconds=1))
    assert open_at(calendar, opens)
    assert opens == when or not open_at(calendar, opens - timedelta(seconds=1))


@settings(deadline=None)
@given(when=whens, zone=zones, hour=st.integers(0, 23))
def test_a_daily_window_by_the_clock_opens_at_that_local_time_each_day(
    when: datetime, zone: str, hour: int
) -> None:
    first = local("2026-01-10T00:00").replace(hour=hour)
    its_window = window(zone=zone, starts=first.strftime("%Y-%m-%dT%H:%M"), lasts="1h", repeats="FREQ=DAILY")
    for span in its_window.spans(when, when + timedelta(days=9)):
        shown = wall(span.opens, zone)
        assert shown.hour == hour or oddity(shown.replace(hour=hour), zone) == "skipped"


@settings(deadline=None)
@given(
    when=whens,
    zone=zones,
    freezes=st.lists(st.tuples(st.integers(-60, 60), st.integers(1, 40)), max_size=3),
)
def test_nothing_is_open_in_a_freeze_and_all_else_of_the_window_is(
    when: datetime, zone: str, freezes: list[tuple[int, int]]
) -> None:
    start = wall(when, zone)
    if oddity(start, zone) is not None:
        return
    its_window = window(zone=zone, starts=start.strftime("%Y-%m-%dT%H:%M"), lasts="24h")
    stops = tuple(
        freeze(
            name=f"stop-{n}",
            starts=(when + timedelta(hours=after)).strftime("%Y-%m-%dT%H:%M"),
            lasts=f"{hours}h",
        )
        for n, (after, hours) in enumerate(freezes)
    )
    calendar = Calendar(windows=(its_window,), freezes=stops)
    spans = open_spans(calendar, when - timedelta(days=5), when + timedelta(days=5))
    for hour in range(-70, 70, 3):
        moment_there = when + timedelta(hours=hour, minutes=30)
        expected = 0 <= hour < 24 and not any(after <= hour + 0.5 < after + hours for after, hours in freezes)
        if moment(start, zone) == when:
            assert open_at(calendar, moment_there) == expected
            assert any(span.holds(moment_there) for span in spans) == expected
    assert all(earlier.closes < other.opens for earlier, other in pairwise(spans))
