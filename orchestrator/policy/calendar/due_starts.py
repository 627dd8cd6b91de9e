"""The next step for a scheduled deployment: start it, or follow its plan's choice for a missed start."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.domain.calendar.schedule_of_change import MissedChoice
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.text.format import seconds_words
from orchestrator.policy.calendar.windows import Calendar, closes_at, open_at

GRACE = timedelta(minutes=5)
"""How late a start is still in time: the timer that starts what is due runs about once a minute."""

_NOT_BEGUN = frozenset({State.PLANNED, State.AWAITING_APPROVAL, State.SCHEDULED})


@dataclass(frozen=True, slots=True)
class Start:
    """Start it. `missed`: why this start is late but is made nevertheless; empty where it is in time."""

    missed: str = ""
    late: float = 0.0


@dataclass(frozen=True, slots=True)
class Missed:
    """Its start was missed, and it does not start by itself."""

    choice: MissedChoice
    reason: str
    late: float


@dataclass(frozen=True, slots=True)
class AskPerson:
    """It already waits for a person; nothing is done."""

    reason: str


DueStep = Start | Missed | AskPerson


def is_due(d: Deployment, now: datetime) -> bool:
    """Whether it is in the schedule, has not begun, and its time has come."""
    return d.state in _NOT_BEGUN and d.schedule.starts is not None and d.schedule.starts <= now


def due_step(d: Deployment, now: datetime, calendar: Calendar) -> DueStep:
    """The next step of a deployment that is due, according to its time.

    A start that waits for other deployments is not missed while the opening lasts in which it was due. A late start happens
    within that opening; otherwise a person decides.
    """
    waits = d.driving.stopped or d.driving.paused or d.driving.aborting
    if waits is not None:
        return AskPerson(
            f"{'stopped' if d.driving.stopped else 'paused' if d.driving.paused else 'aborted'} by {waits}"
        )
    if d.schedule.missed_start is not None and d.schedule.missed_start.choice == "ask":
        return AskPerson(d.schedule.missed_start.reason)
    if d.schedule.missed_start is not None and d.schedule.missed_start.choice == "skip":
        # The process that recorded this died before it cancelled the deployment.
        return Missed("skip", d.schedule.missed_start.reason, d.schedule.missed_start.late)
    starts = d.schedule.starts or now
    late = now - starts
    still_open = opening_lasts(d, calendar, starts, now)
    why = _why_missed(d, late, still_open=still_open)
    if why and (d.schedule.missed_start is None or not still_open):
        choice = _choice(d, still_open=still_open)
        if choice != "start":
            return Missed(choice, why, late.total_seconds())
    return Start(why if d.schedule.missed_start is None else "", late.total_seconds())


def _why_missed(d: Deployment, late: timedelta, *, still_open: bool) -> str:
    if late <= GRACE or (d.schedule.put_off and still_open):
        return ""
    words = seconds_words(late.total_seconds())
    if d.schedule.put_off:
        return f"it waited for others for {words}, and the time in which it was to start is over"
    if d.authority.unadmitted is not None:
        reasons = "; ".join(f"{reason.about}: {reason.found}" for reason in d.authority.unadmitted.reasons)
        return f"it was not admitted within {words} of its time ({reasons})"
    return f"nobody started it within {words} of its time"


def _choice(d: Deployment, *, still_open: bool) -> MissedChoice:
    if d.schedule.missed == "skip":
        return "skip"
    return "start" if d.schedule.missed == "start while open" and still_open else "ask"


def opening_lasts(d: Deployment, calendar: Calendar, starts: datetime, now: datetime) -> bool:
    """Whether the opening of calendar and plan in which it was due has not ended since.

    A start that was scheduled in a freeze, or outside every window, has no opening.
    """
    window = d.plan.schedule.window
    if window is not None and not window.opens <= starts <= now < window.closes:
        return False
    if not open_at(calendar, starts):
        return False
    closes = closes_at(calendar, starts)
    return closes is None or now < closes
