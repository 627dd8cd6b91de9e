"""The published part of the schedule of change: bookings in a stretch of time, their conflicts, windows and freezes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from orchestrator.domain.calendar.schedule_of_change import Booking, MarkedSpan
from orchestrator.domain.calendar.window import Recurring
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Many, Moment, Noun
from orchestrator.policy.calendar.conflicts import ConflictFound, Needs, conflicts


class PublishedSchedule(Noun):
    """The schedule of change from one moment to another. The same journals give the same schedule, byte for byte."""

    kind: Literal["schedule of change"] = "schedule of change"
    orch: Literal[1] = 1
    begins: Moment
    ends: Moment
    bookings: Many[Booking]
    conflicts: Many[ConflictFound]
    spans: Many[MarkedSpan]

    def conflicts_of(self, booking: str) -> tuple[ConflictFound, ...]:
        """The conflicts of one booking."""
        return tuple(conflict for conflict in self.conflicts if booking in (conflict.one, conflict.other))


def published(
    bookings: Sequence[Booking],
    policies: Iterable[ReleasePolicy],
    begins: datetime,
    ends: datetime,
    services: Needs | None = None,
) -> PublishedSchedule:
    """All that overlaps this time. A conflict is listed where either of its bookings is. `services`: known dependencies."""
    in_time = (b for b in bookings if reaches_into(b, begins, ends))
    shown = tuple(sorted(in_time, key=lambda b: (b.starts, b.id)))
    ids = {b.id for b in shown}
    conflicts_shown = tuple(c for c in conflicts(bookings, services) if c.one in ids or c.other in ids)
    spans = marked_spans(policies, begins, ends)
    return PublishedSchedule(begins=begins, ends=ends, bookings=shown, conflicts=conflicts_shown, spans=spans)


def reaches_into(booking: Booking, begins: datetime, ends: datetime) -> bool:
    """Whether a booking occupies any of the time between two moments."""
    return booking.starts < ends and (booking.ends is None or booking.ends > begins)


def marked_spans(
    policies: Iterable[ReleasePolicy], begins: datetime, ends: datetime
) -> tuple[MarkedSpan, ...]:
    """Every time that a window of these policies is open or a freeze binds, sorted by start."""
    spans: list[MarkedSpan] = []
    for policy in policies:
        for window in policy.windows:
            spans += _spans("window", policy.policy, window, "", begins, ends)
        for freeze in policy.freezes:
            spans += _spans("freeze", policy.policy, freeze, freeze.reason, begins, ends)
    return tuple(sorted(spans, key=lambda span: (span.opens, span.kind, span.policy, span.name)))


def _spans(
    kind: Literal["window", "freeze"],
    policy: str,
    recurring: Recurring,
    reason: str,
    begins: datetime,
    ends: datetime,
) -> list[MarkedSpan]:
    return [
        MarkedSpan(
            kind=kind, name=recurring.name, policy=policy, opens=span.opens, closes=span.closes, reason=reason
        )
        for span in recurring.spans(begins, ends)
    ]
