"""A moment as a person writes it: with an offset, as local time with a zone, or relative to now."""

import re
from datetime import datetime, timedelta

from pydantic_core import PydanticCustomError

from orchestrator.domain.calendar.local_time import local, moment, oddity, zone_of
from orchestrator.domain.text.model_base import moment_of, seconds_of
from orchestrator.domain.text.validation_error import wrong

EXAMPLES = "`2026-06-06T22:00 Europe/Berlin`, `2026-06-06T22:00+02:00`, or `in 30m`"
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?: ([A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*))?", re.ASCII)
_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_LENGTH = re.compile(r"(\d+(\.\d+)?(ms|s|m|h|d))+", re.ASCII)
_LONGEST = 3653 * 86400.0


def written_moment(text: str, now: datetime, zone: str | None = None) -> datetime:
    """The moment, in UTC, that a text denotes. `zone` applies to a local time that names none.

    Raises PydanticCustomError (domain/text/validation_error.py) for text that is no time, a missing or unknown zone, and a
    local time that the zone skips or repeats.
    """
    text = text.strip()
    if text.startswith("in ") or _LENGTH.fullmatch(text):
        return _from_now(text, now)
    if _OFFSET.fullmatch(text):
        return _with_offset(text)
    match = _LOCAL.fullmatch(text)
    if match is None:
        raise wrong("a moment", f"write for example {EXAMPLES}", finding=text)
    return _in_zone(f"{match[1]}T{match[2]}", match[3] or zone)


def zone_named(text: str) -> str | None:
    """The zone in a written moment such as `2026-06-06T22:00 Europe/Berlin`, or None."""
    match = _LOCAL.fullmatch(text.strip())
    return match[3] if match is not None else None


def _from_now(text: str, now: datetime) -> datetime:
    try:
        seconds = seconds_of(text.removeprefix("in ").strip())
    except ValueError:
        seconds = None
    if not isinstance(seconds, float) or not 0 < seconds <= _LONGEST:
        raise wrong("a time from now of at most ten years", "write for example `in 30m`", finding=text)
    return now + timedelta(seconds=seconds)


def _with_offset(text: str) -> datetime:
    try:
        when = moment_of(text.replace(" ", "T"))
    except ValueError:
        when = None
    if not isinstance(when, datetime):
        raise wrong("a date and a time that exist", "correct the date or the time", finding=text)
    return when


def _in_zone(text: str, zone: str | None) -> datetime:
    try:
        when = local(text)
    except ValueError:
        raise wrong("a date and a time that exist", "correct the date or the time", finding=text) from None
    if zone is None:
        next_move = f"add the zone, such as `{text} Europe/Berlin`, or `--zone`"
        raise wrong("a local time with its time zone", next_move, finding=text)
    if zone_of(zone) is None or ("/" not in zone and zone != "UTC"):
        raise wrong(
            "a time zone of the IANA database", "write for example Europe/Berlin or UTC", finding=zone
        )
    odd = oddity(when, zone)
    if odd is not None:
        raise _no_one_moment(text, when, zone, odd)
    return moment(when, zone)


def _no_one_moment(text: str, when: datetime, zone: str, odd: str) -> PydanticCustomError:
    what = "does not exist" if odd == "skipped" else "occurs twice"
    finding = f"{text}, which {what} in {zone} (clocks change)"
    if odd == "skipped":
        next_move = "choose a time outside that hour"
    else:
        first, second = (when.replace(tzinfo=zone_of(zone), fold=fold) for fold in (0, 1))
        next_move = (
            f"say which of the two: {first.isoformat('T', 'minutes')} or {second.isoformat('T', 'minutes')}"
        )
    return wrong("a time that occurs once", next_move, finding=finding)


def words_of(error: PydanticCustomError) -> str:
    """The expectation, the finding and the next move, in one clause."""
    context = error.context or {}
    return f"expected {context['expected']}, found {context['found']}; {context['next_move']}"
