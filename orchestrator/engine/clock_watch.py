"""Noticing that this machine's clock was set: soak times and windows would end early or late without a word."""

from orchestrator.domain.journal.events import ClockJumped, DriverTook
from orchestrator.engine.drive_context import Work

TOLERANCE = 5.0
"""Seconds that wall clock and uptime may drift apart before it counts as a jump."""


def took_over(work: Work, driver: str, by: str) -> None:
    """Put a jump of the clock since the last driver of this boot on the journal, and then the new driver.

    In this order: the driver's own offset on the journal first would hide the jump for ever from whoever comes after its death.
    """
    look(work)
    boot, offset = _offset(work)
    work.chronicle.note(DriverTook(driver=driver, by=by, boot=boot, clock_offset=offset))


def look(work: Work) -> None:
    """Put a jump of the clock on the journal, which pauses the deployment."""
    boot, offset = _offset(work)
    d = work.deployment
    if boot == d.driving.boot and d.driving.clock_offset is not None:
        _note_jump(work, offset - d.driving.clock_offset)


def _note_jump(work: Work, seconds: float) -> None:
    if abs(seconds) > TOLERANCE:
        work.chronicle.note(ClockJumped(seconds=seconds))


def _offset(work: Work) -> tuple[str, float]:
    clock = work.ports.clock
    boot, uptime = clock.uptime()
    return boot, clock.now().timestamp() - uptime
