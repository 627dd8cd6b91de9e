"""The machine's clock; only this module reads it or sleeps."""

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
        """Sleep for `seconds`; not at all if negative."""
        time.sleep(max(0.0, seconds))

    def uptime(self) -> tuple[str, float]:
        """The kernel's boot id, and the seconds since boot, time in suspend included."""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return boot, time.clock_gettime(time.CLOCK_BOOTTIME)
