"""The machine's clock; the only place that reads it and that waits."""

import time
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.engine.ports import Clock


class SystemClock(Clock):
    """The wall clock of this machine, in UTC."""

    def now(self) -> datetime:
        """The present moment; it may jump when the machine's clock is set."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds; not at all when they are negative."""
        time.sleep(max(0.0, seconds))

    def uptime(self) -> tuple[str, float]:
        """The kernel's boot id, and seconds since boot with those asleep counted."""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return boot, time.clock_gettime(time.CLOCK_BOOTTIME)
