"""Detects that this machine's clock was set; soak times and windows would otherwise silently end early or late."""

from orchestrator.domain.authority.word import Verb
from orchestrator.domain.journal.events import ClockJumped, DriverTook
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.lookup.present_software import present_software
from orchestrator.engine.speaking import speak, unsigned

TOLERANCE = 5.0
"""Seconds that wall clock and uptime may drift apart before it counts as a jump."""


def record_takeover(context: DriveContext, driver: str, by: str, verb: Verb | None = None) -> None:
    """Record a clock jump since this boot's last driver on the journal, then record the new driver.

    The order matters: if this driver died after it recorded its own offset first, later drivers could never see the jump.
    Raises Refused where whoever takes over may not.
    """
    record_clock_jump(context)
    boot, offset = _offset(context)
    software = present_software(context.ports, context.deployment)
    took = DriverTook(
        driver=driver,
        by=by,
        boot=boot,
        clock_offset=offset,
        software=software.versions,
        ansible=software.ansible,
        collections=software.collections,
    )
    took = (
        unsigned(context.ports, took)
        if verb is None
        else speak(context.ports, took, verb, context.deployment)
    )
    context.journal.note(took)


def record_clock_jump(context: DriveContext) -> None:
    """Record a clock jump on the journal; the event pauses the deployment."""
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
