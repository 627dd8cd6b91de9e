"""How many requests each sender may make."""

from datetime import datetime
from typing import Literal

MOST_SENDERS = 1000
"""Addresses that are counted apart; beyond that all others count as one."""


class Rates:
    """A bucket for each address: it holds `per_minute` requests, and fills up within a minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._left: dict[str, tuple[float, datetime, bool]] = {}

    def ask(self, address: str, now: datetime) -> Literal["yes", "no", "no again"]:
        """Whether it may make a request now; `no again` where it was told so since its last one that it might."""
        name = address if address in self._left or len(self._left) < MOST_SENDERS else ""
        left, before, refused = self._left.get(name, (float(self._per_minute), now, False))
        passed = max(0.0, (now - before).total_seconds())
        left = min(float(self._per_minute), left + passed * self._per_minute / 60)
        if left >= 1:
            self._left[name] = left - 1, now, False
            return "yes"
        self._left[name] = left, now, True
        return "no again" if refused else "no"
