"""When a deployment is scheduled to start, and what happened to that start."""

from typing import TypeGuard, get_args

from orchestrator.domain.calendar.schedule_of_change import MissedChoice, MissedStart
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Many, Moment, Noun, Seconds


class MissedStartOf(Noun):
    """A missed start: how late in seconds, the choice that was made, and why."""

    choice: MissedChoice
    late: Seconds
    reason: str


class ScheduledStart(Noun):
    """The deployment starts at `starts` or later; `machines` says which machine answered for each host at scheduling."""

    starts: Moment | None = None
    missed: MissedStart = "ask"
    machines: dict[str, str] = {}
    put_off: Many[str] = ()
    missed_start: MissedStartOf | None = None


ScheduleEvent = e.StartPutOff | e.StartMissed
CHANGED_BY = frozenset(get_args(ScheduleEvent))


def schedule_after(schedule: ScheduledStart, event: e.Event) -> ScheduledStart:
    """The scheduled start after one more event."""
    return _changed(schedule, event) if _changes(event) else schedule


def _changes(event: e.Event) -> TypeGuard[ScheduleEvent]:
    return type(event) in CHANGED_BY


def _changed(schedule: ScheduledStart, event: ScheduleEvent) -> ScheduledStart:
    match event:
        case e.StartPutOff(reasons=reasons):
            return ScheduledStart.updated(schedule, put_off=reasons)
        case e.StartMissed(choice=choice, late=late, reason=reason):
            missed_start = MissedStartOf(choice=choice, late=late, reason=reason)
            return ScheduledStart.updated(schedule, missed_start=missed_start)
