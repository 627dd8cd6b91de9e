"""A moment as people write it: one moment, or a sentence that says what to write."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from orchestrator.domain.calendar.time_input import words_of, written_moment

NOW = datetime(2026, 6, 6, 20, 0, tzinfo=UTC)
BERLIN = "Europe/Berlin"
GOOD = [
    ("2026-06-06T22:00+02:00", None, "2026-06-06T20:00"),
    ("2026-06-06T22:00:30+02:00", None, "2026-06-06T20:00:30"),
    ("2026-06-06 22:00Z", None, "2026-06-06T22:00"),
    ("2026-06-06T22:00 Europe/Berlin", None, "2026-06-06T20:00"),
    ("2026-12-06 22:00 Europe/Berlin", None, "2026-12-06T21:00"),
    ("2026-06-06T22:00", BERLIN, "2026-06-06T20:00"),
    ("2026-06-06T22:00 UTC", BERLIN, "2026-06-06T22:00"),
    ("  in 90m ", None, "2026-06-06T21:30"),
    ("30m", None, "2026-06-06T20:30"),
    ("in 1h30m", None, "2026-06-06T21:30"),
    ("2026-10-25T02:30+01:00", BERLIN, "2026-10-25T01:30"),
    ("2026-03-29T03:00 Europe/Berlin", None, "2026-03-29T01:00"),
]
BAD = [
    ("tomorrow", None, "expected a moment, found tomorrow"),
    ("2026-06-06", BERLIN, "expected a moment"),
    ("2026-06-06T22:00", None, "expected a local time with its time zone"),
    ("2026-06-31T22:00", BERLIN, "a date and a time that exist"),
    ("2026-06-31T22:00Z", None, "a date and a time that exist"),
    ("2026-06-06T22:00 Mars/Olympus", None, "found Mars/Olympus"),
    ("2026-06-06T22:00 CEST", None, "found CEST"),
    ("2026-03-29T02:30 Europe/Berlin", None, "2026-03-29T02:30, which does not exist in Europe/Berlin (clocks change)"),
    ("2026-10-25T02:30 Europe/Berlin", None, "say which of the two: 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00"),
    ("in a while", None, "a time from now"),
    ("in 0s", None, "a time from now"),
    ("in 9000d", None, "at most ten years"),
    ("", None, "expected a moment"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "zone", "expected"), GOOD)
def test_one_moment(text: str, zone: str | None, expected: str) -> None:
    assert written_moment(text, NOW, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "zone", "words"), BAD)
def test_what_is_no_moment_is_said(text: str, zone: str | None, words: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        written_moment(text, NOW, zone)
    assert words in words_of(refused.value)


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_is_refused(text: str) -> None:
    try:
        outcome: object = written_moment(text, NOW, BERLIN).tzinfo
    except PydanticCustomError as refused:
        outcome = words_of(refused)
    assert outcome is UTC or "expected" in str(outcome)
