"""The schedule of change by months, weeks and days, in the time of one zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from orchestrator.domain.calendar.schedule_of_change import Booking, MarkedSpan
from orchestrator.policy.calendar.published_schedule import PublishedSchedule

_DAY = timedelta(days=1)
Layer = Literal["window", "freeze", "booking", "past", "open", "conflict"]


@dataclass(frozen=True, slots=True)
class CalendarBar:
    """A part of a day, in percent; `row` is a booking's line in the day."""

    layer: Layer
    x: float
    width: float
    row: int
    title: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking on one day: its start or end time on that day, and whether it is in conflict."""

    booking: Booking
    clock: str
    conflict: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the grid; empty outside its month or the published time."""

    date: date
    shown: bool
    bars: tuple[CalendarBar, ...] = ()
    entries: tuple[Entry, ...] = ()
    freezes: tuple[MarkedSpan, ...] = ()
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday to Sunday."""

    title: str
    weeks: tuple[tuple[Day, ...], ...]


def months_of(schedule: PublishedSchedule, zone: ZoneInfo) -> tuple[Month, ...]:
    """Every month that the schedule covers, in part or whole."""
    first = schedule.begins.astimezone(zone).date()
    last = (schedule.ends - timedelta(microseconds=1)).astimezone(zone).date()
    return tuple(
        Month(f"{month:%B %Y}", tuple(_weeks(schedule, zone, month, first, last)))
        for month in _firsts(first, last)
    )


def _firsts(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _weeks(
    schedule: PublishedSchedule, zone: ZoneInfo, month: date, first: date, last: date
) -> Iterator[tuple[Day, ...]]:
    monday = month - month.weekday() * _DAY
    while (monday.year, monday.month) <= (month.year, month.month):
        days = [monday + n * _DAY for n in range(7)]
        if days[0] <= last and days[-1] >= first:
            yield tuple(
                _day(schedule, zone, day)
                if day.month == month.month and first <= day <= last
                else Day(day, shown=False)
                for day in days
            )
        monday += 7 * _DAY


def _day(schedule: PublishedSchedule, zone: ZoneInfo, day: date) -> Day:
    begins, ends = _midnight(day, zone), _midnight(day + _DAY, zone)
    bookings = [b for b in schedule.bookings if b.starts < ends and (b.ends is None or b.ends > begins)]
    spans = [s for s in schedule.spans if s.opens < ends and s.closes > begins]
    conflicting = {id_ for c in schedule.conflicts for id_ in (c.one, c.other)}
    taking_up = [b for b in bookings if b.state != "withdrawn"]
    rows = {b.id: n for n, b in enumerate(taking_up)}
    bars = [
        *(_bar(s.kind, s.opens, s.closes, begins, ends, 0, _span_words(s)) for s in spans),
        *(_bar(_layer(b, begins), b.starts, b.ends, begins, ends, rows[b.id], _title(b)) for b in taking_up),
        *_conflict_bars(schedule, rows, begins, ends),
    ]
    return Day(
        day,
        shown=True,
        bars=tuple(bars),
        entries=tuple(
            Entry(b, clock, b.id in conflicting)
            for b in bookings
            for clock in [_clock(b, begins, ends, zone)]
            if clock
        ),
        freezes=tuple(s for s in spans if s.kind == "freeze"),
        rows=max(1, len(taking_up)),
    )


def _layer(b: Booking, begins: datetime) -> Layer:
    """The layer of a booking; without a known end, the days after its start have their own layer."""
    if b.ends is None and b.starts < begins:
        return "open"
    return "booking" if b.is_booked else "past"


def _title(b: Booking) -> str:
    return b.title if b.ends is not None else f"{b.title}: no known end"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a day; if clocks skip midnight, the first moment of the day."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _bar(
    layer: Layer,
    opens: datetime,
    closes: datetime | None,
    begins: datetime,
    ends: datetime,
    row: int,
    title: str,
) -> CalendarBar:
    whole = (ends - begins).total_seconds()
    left = max(0.0, (opens - begins).total_seconds()) / whole * 100
    right = 100.0 if closes is None else min(whole, (closes - begins).total_seconds()) / whole * 100
    return CalendarBar(layer, left, right - left, row, title)


def _conflict_bars(
    schedule: PublishedSchedule, rows: dict[str, int], begins: datetime, ends: datetime
) -> Iterator[CalendarBar]:
    for c in schedule.conflicts:
        if c.begins < ends and (c.ends is None or c.ends > begins):
            for booking, other in ((c.one, c.other), (c.other, c.one)):
                if booking in rows:
                    words = f"conflict with {other}: {', '.join(c.what)}"
                    yield _bar("conflict", c.begins, c.ends, begins, ends, rows[booking], words)


def _clock(b: Booking, begins: datetime, ends: datetime, zone: ZoneInfo) -> str:
    """The local time on the days of its start and end; empty between them.

    On a day on which clocks change, the text names the zone, because 02:30 may occur twice.
    """
    changes = begins.astimezone(zone).utcoffset() != ends.astimezone(zone).utcoffset()
    shown = "%H:%M %Z" if changes else "%H:%M"
    start = b.starts.astimezone(zone).strftime(shown)
    if b.ends is None:
        return f"{start}, no known end" if b.starts >= begins else ""
    end = b.ends.astimezone(zone).strftime(shown)
    if b.starts >= begins:
        return f"{start} to {end}" if b.ends <= ends else f"from {start}"
    return f"until {end}" if b.ends <= ends else ""


def _span_words(span: MarkedSpan) -> str:
    words = f"{span.kind} {span.name} of {span.policy}"
    return f"{words}: {span.reason}" if span.reason else words


def freezes_of(spans: Sequence[MarkedSpan]) -> tuple[MarkedSpan, ...]:
    """The freezes among them."""
    return tuple(span for span in spans if span.kind == "freeze")
