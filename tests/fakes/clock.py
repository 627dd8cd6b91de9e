"""A clock that a test owns."""

from datetime import UTC, datetime, timedelta

from orchestrator.engine.ports import Clock

START = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)


class FakeClock(Clock):
    """Stands still but for sleep, which takes no time and moves it on."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._up = 0.0

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=max(0.0, seconds))
        self._up += max(0.0, seconds)

    def uptime(self) -> tuple[str, float]:
        return "boot", self._up

    def jump(self, seconds: float) -> None:
        """Set the clock, as an administrator does."""
        self._now += timedelta(seconds=seconds)
