"""The emergency stop that is in force: nothing starts, and a driver takes it over."""

from orchestrator.domain.journal.events import HOUSE, EmergencyLifted, EmergencyStopped
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.ports import Journal
from orchestrator.errors import Refused


def standing_stop(journal: Journal) -> EmergencyStopped | None:
    """The emergency stop that is in force, or None."""
    events = (record.event for record in reversed(journal.read(HOUSE)))
    last = next((event for event in events if isinstance(event, EmergencyStopped | EmergencyLifted)), None)
    return last if isinstance(last, EmergencyStopped) else None


def refuse_while_stopped(journal: Journal) -> None:
    """Raises Refused while an emergency stop is in force."""
    stop = standing_stop(journal)
    if stop is not None:
        raise Refused(
            f"An emergency stop by {stop.by} is in force ({stop.reason}). Nothing was started. "
            "Lift it with: orch stop-all --lift --reason WHY."
        )


def honour_stop(context: DriveContext) -> None:
    """Record the emergency stop in force on the deployment of a driver that starts."""
    stop = standing_stop(context.ports.journal)
    if stop is not None and context.deployment.driving.stopped is None:
        context.journal.note(stop)
