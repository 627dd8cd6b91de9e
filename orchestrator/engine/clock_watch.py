"""Noticing that this machine's clock was set: soak times and windows would end early or late without a word."""

from orchestrator.domain.journal.events import ClockJumped, DriverTook
from orchestrator.engine.drive_context import DriveContext

TOLERANCE = 5.0
"""Seconds that wall clock and uptime may drift apart before it counts as a jump."""


def record_takeover(context: DriveContext, driver: str, by: str) -> None:
    """Put a jump of the clock since the last driver of this boot on the journal, and then the new driver.

    In this order: the driver's own offset on the journal first would hide the jump for ever from whoever comes after its death.
    """
    record_clock_jump(context)
    boot, offset = _offset(context)
    context.journal.note(DriverTook(driver=driver, by=by, boot=boot, clock_offset=offset))


def record_clock_jump(context: DriveContext) -> None:
    """Put a jump of the clock on the journal, which pauses the deployment."""
    boot, offset = _offset(context)
    d = context.deployment
    if boot == d.driving.boot and d.driving.clock_offset is not None:
        _note_jump(context, offset - d.driving.clock_offset)


def _note_jump(context: DriveContext, seconds: float) -> None:
    if abs(seconds) > TOLERANCE:
        context.journal.note(ClockJumped(seconds=seconds))


def _offset(context: DriveContext) -> tuple[str, float]:
    clock = context.ports.clock
    boot, uptime = clock.uptime()
    return boot, clock.now().timestamp() - uptime
