"""Recurrence rules (RFC 5545, 3.3.10), expanded in local time. This is the only file that imports the library for them."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Annotated

from dateutil.rrule import rrule, rrulestr
from pydantic import AfterValidator, Field

from orchestrator.domain.text.validation_error import wrong

_PARTS = {
    "DAILY": {"BYMONTH", "BYDAY"},
    "WEEKLY": {"BYMONTH", "BYDAY", "WKST"},
    "MONTHLY": {"BYMONTH", "BYDAY", "BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYMONTH", "BYDAY", "BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO", "WKST"},
}
"""The rule parts that each frequency allows. The time of day is that of the first occurrence."""

_PART = re.compile(r"[A-Z]+=[A-Z0-9+,-]+")
_LARGEST_INTERVAL = 400
_EXAMPLE = "write for example FREQ=WEEKLY;BYDAY=SA"


def _readable(text: str) -> str:
    parts = text.split(";")
    if not all(_PART.fullmatch(part) for part in parts):
        raise wrong("a recurrence rule of RFC 5545", _EXAMPLE)
    given = dict(part.split("=", 1) for part in parts)
    if len(given) != len(parts):
        raise wrong("each part of the rule once", "remove one of the two")
    _known_parts(given)
    try:
        _rule(text, datetime(2000, 1, 1))  # noqa: DTZ001 - rules are expanded in local time
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise wrong("a recurrence rule of RFC 5545", _EXAMPLE) from None
    return text


def _known_parts(given: dict[str, str]) -> None:
    frequency = given.get("FREQ", "")
    if frequency not in _PARTS:
        raise wrong(f"a rule with FREQ={', '.join(_PARTS)}", _EXAMPLE)
    if {"COUNT", "UNTIL"} <= given.keys():
        raise wrong("COUNT or UNTIL", "keep one of them")
    if not re.fullmatch(r"\d{8}T\d{6}", given.get("UNTIL", "20000101T000000")):
        raise wrong("UNTIL as a local time", "write it like UNTIL=20261231T235900")
    interval = given.get("INTERVAL", "1")
    if not interval.isdigit() or not 1 <= int(interval) <= _LARGEST_INTERVAL:
        raise wrong(f"an INTERVAL from 1 to {_LARGEST_INTERVAL}", "correct it")
    unknown = given.keys() - _PARTS[frequency] - {"FREQ", "INTERVAL", "COUNT", "UNTIL"}
    if unknown:
        known = ", ".join(sorted(_PARTS[frequency]))
        raise wrong(
            f"beside INTERVAL, COUNT and UNTIL only {known} with FREQ={frequency}",
            "choose another frequency, or remove it",
            finding=", ".join(sorted(unknown)),
        )


RecurrenceRule = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_readable)]


def begins_with(rule: str, start: datetime) -> bool:
    """Whether the first occurrence is the start itself, as RFC 5545 requires; False for a rule without occurrences."""
    return next(iter(_rule(rule, start)), None) == start


def occurrences(
    rule: str | None, start: datetime, earliest: datetime, latest: datetime
) -> Iterator[datetime]:
    """The local start times from `earliest` to `latest` of a series that begins at `start`."""
    if rule is not None:
        yield from _rule(rule, start).between(earliest, latest, inc=True)
    elif earliest <= start <= latest:
        yield start


@lru_cache(maxsize=256)
def _rule(text: str, start: datetime) -> rrule:
    rule = rrulestr(text, dtstart=start, cache=True)
    if not isinstance(rule, rrule):
        raise TypeError(text)
    return rule
