"""What counts as watching in a soak and in early life support: answers often enough, and the first bad one counts."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.check import Check, CheckResult, UnitCheck

_LATE = 5.0
"""Seconds that a look may always come late: a busy machine is no gap."""


class Watching(NamedTuple):
    """How often the hosts are looked at, when they last were, and how many seconds that look took."""

    every: float
    last: datetime | None
    took: float = 0.0

    def since(self, now: datetime) -> float:
        """Seconds since the last look began: a host may have given its answer long before the look was over."""
        return 0.0 if self.last is None else (now - self.last).total_seconds() + self.took


def watching_of(d: Deployment) -> Watching:
    """What the wave's gate asks for, or early life support."""
    if d.rollout.gate is not None:
        gate = d.rollout.gate
        return Watching(d.waves[d.rollout.wave].gate.every, gate.last_asked, gate.last_took)
    early_life = d.plan.validation.early_life
    every = early_life.every if early_life else 0.0
    return Watching(every, d.early_life.last_watched, d.early_life.last_took)


def as_watched(check: Check, since: float) -> Check:
    """A check as it is asked while it is watched: its `within` is for what starts, so `soak_within` stands in its place.

    `since`: seconds since the last look began. A unit that systemd restarted by itself in that time was down, though it is
    up now.
    """
    changes: dict[str, float] = {"within": check.soak_within}
    if isinstance(check, UnitCheck) and check.state == "active" and not check.soak_within:
        changes["steady_for"] = max(check.steady_for, since)
    return check.model_copy(update=changes)


def unwatched(
    watching: Watching, now: datetime, checks: Iterable[Check], results: Iterable[CheckResult]
) -> float:
    """Seconds in which nobody looked, up to an answer at this moment; 0.0 where it came in time.

    In time is `every`, and as much again or five seconds, and the time that the checks themselves took within their limits.
    """
    if watching.last is None:
        return 0.0
    patience = max((check.soak_within + getattr(check, "timeout", 0.0) for check in checks), default=0.0)
    asking = min(patience, max((result.seconds for result in results), default=0.0))
    late = (now - watching.last).total_seconds() - watching.every
    return round(late, 3) if late > max(watching.every, _LATE) + asking else 0.0
