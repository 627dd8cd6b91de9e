"""Bookings for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.domain.calendar.schedule_of_change import Booking

EVENING = datetime(2026, 6, 6, 20, tzinfo=UTC)


def booking(name: str, starts: float = 0, ends: float | None = 2, **words: Any) -> Booking:
    """A booking from one hour of the evening to another; `machines` as {identity: host}."""
    usual = {
        "title": name,
        "release": name,
        "version": "1",
        "environment": "live",
        "state": "approved",
        "by": "Ada",
    }
    return Booking.model_validate(
        {
            **usual,
            "id": name,
            "starts": EVENING + timedelta(hours=starts),
            "ends": None if ends is None else EVENING + timedelta(hours=ends),
            **words,
        }
    )
