"""Bookings and their conflicts as text for a change manager."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from orchestrator.domain.calendar.schedule_of_change import Booking
from orchestrator.domain.text.format import counted
from orchestrator.policy.calendar.conflicts import ConflictFound, ConflictKind
from orchestrator.policy.calendar.windows import WINDOW

NAMED_UP_TO = 8
"""Up to this many things that are shared are named; of more, the first."""
_SHARED: dict[ConflictKind, tuple[str, str]] = {
    "machine": ("the machine", "the machines"),
    "ci": ("the configuration item", "the configuration items"),
    "person": ("the person", "the persons"),
    "service": ("the service", "the services"),
    "dependency": ("the dependency", "the dependencies"),
}


def when_words(moment: datetime, zone: ZoneInfo) -> str:
    """A moment in the local time of a zone, with its UTC offset."""
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M %Z}"


def conflict_words(conflict: ConflictFound, zone: ZoneInfo, seen_from: str = "") -> str:
    """What two bookings share and when; from the point of view of one of them, only the other is named."""
    singular, many = _SHARED[conflict.kind]
    shared = f"{singular if len(conflict.what) == 1 else many} {_first_of(conflict.what)}"
    until = f"to {when_words(conflict.ends, zone)}" if conflict.ends else "with no end that anybody knows"
    who = {conflict.one: conflict.other, conflict.other: conflict.one}.get(seen_from)
    both = f"with {who}" if who is not None else f"{conflict.one} and {conflict.other}"
    return f"{both}: {shared}, from {when_words(conflict.begins, zone)} {until}"


def _first_of(names: Sequence[str]) -> str:
    """The names; of many the first, and how many more."""
    named = ", ".join(names[:NAMED_UP_TO])
    return named if len(names) <= NAMED_UP_TO else f"{named} and {len(names) - NAMED_UP_TO} more"


def machine_words(booking: Booking) -> tuple[str, ...]:
    """The hosts whose machine is not known yet; empty where all are known."""
    if not booking.by_address:
        return ()
    hosts = counted(len(booking.by_address), "host")
    return (
        f"{hosts} never told which machine they are ({_first_of(booking.by_address)}): they are compared by address, "
        "so one machine under two addresses would not be noticed before it runs",
    )


def blocked_words(booking: Booking) -> str:
    """The calendar's reasons against the start, whatever the approvals; empty where there are none."""
    freezes = [name for name in booking.blocked_by if name != WINDOW]
    words = [f"blocked by the freeze {name}" for name in freezes]
    words += ["outside of every window"] if WINDOW in booking.blocked_by else []
    return ", ".join(words)


def state_words(booking: Booking) -> str:
    """The state of a booking: the lifecycle state if it runs, else what is ahead and what blocks it."""
    state = booking.stands if booking.state == "running" else booking.state
    return ", ".join(filter(None, (state, blocked_words(booking))))


def utc() -> ZoneInfo:
    """UTC, the default zone of what is shown."""
    return ZoneInfo("UTC")
