"""Local times and the moments they denote (RFC 5545, 3.3.5).

Daylight saving makes some local times occur twice: the first one is meant. It skips others: these are read with the offset
from before the change.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from orchestrator.domain.text.validation_error import wrong

LOCAL = r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"
Oddity = Literal["skipped", "twice"]


@cache
def zone_of(name: str) -> ZoneInfo | None:
    """The IANA time zone with this name, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _known_zone(name: str) -> str:
    if "/" not in name and name != "UTC":
        # Abbreviations such as EST denote a fixed offset without daylight saving, which few authors intend.
        raise wrong("a time zone of the IANA database", "write for example Europe/Berlin or UTC")
    if zone_of(name) is None:
        raise wrong("a time zone of the IANA database", "write for example Europe/Berlin or UTC")
    return name


def _real_time(text: str) -> str:
    try:
        local(text)
    except ValueError:
        raise wrong("a date and a time that exist", "correct the date or the time") from None
    return text


ZoneName = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_known_zone)]
LocalTime = Annotated[str, Field(pattern=LOCAL), AfterValidator(_real_time)]


def local(text: str) -> datetime:
    """A local time such as 2026-03-29T02:30, without a zone. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - local by meaning; `moment` gives it its zone


def moment(when: datetime, zone: str) -> datetime:
    """The moment in UTC of a local time in a zone, by RFC 5545."""
    # fold=0 gives both: the first of two times, and for a skipped time the offset from before the change.
    return when.replace(tzinfo=_zone(zone), fold=0).astimezone(UTC)


def wall(when: datetime, zone: str) -> datetime:
    """The local time of a zone at a moment, without the zone."""
    return when.astimezone(_zone(zone)).replace(tzinfo=None, fold=0)


def oddity(when: datetime, zone: str) -> Oddity | None:
    """Whether a local time is skipped in a zone, or occurs twice."""
    in_zone = _zone(zone)
    first, second = (when.replace(tzinfo=in_zone, fold=fold).utcoffset() for fold in (0, 1))
    if first == second or first is None or second is None:
        return None
    return "twice" if first > second else "skipped"


def lasting(when: datetime, seconds: float) -> datetime:
    """The moment this many elapsed seconds later, whatever clocks show."""
    return when.astimezone(UTC) + timedelta(seconds=seconds)


def _zone(name: str) -> ZoneInfo:
    zone = zone_of(name)
    if zone is None:
        raise ValueError(name)
    return zone
