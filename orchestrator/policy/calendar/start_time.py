"""Whether the calendar allows a deployment to be scheduled at a moment."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.authority.approval import ApprovalStatement
from orchestrator.domain.calendar.window import Freeze
from orchestrator.domain.plan.change_request import ChangeRequest
from orchestrator.domain.plan.planned_schedule import Window
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.calendar.windows import (
    WINDOW,
    Calendar,
    calendar_of,
    freezes_at,
    next_opening,
    open_at,
)


@dataclass(frozen=True, slots=True)
class ClosedTime:
    """Why it is closed then: `about` is the name of a freeze, `window`, or empty; `override` are the roles that may lift it."""

    about: str
    found: str
    override: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeAnswer:
    """Every reason against a moment, and the next moment without one (None: not in ten years)."""

    against: tuple[ClosedTime, ...]
    next_opening: datetime | None


def binding_calendar(
    policy: ReleasePolicy | None, change: ChangeRequest, environment: Environment | None = None
) -> Calendar:
    """The windows and freezes that bind a change; where the policy says so, windows do not bind an emergency."""
    if policy is None:
        return Calendar.of_valid(freezes=environment.freezes if environment is not None else ())
    calendar, emergency = calendar_of(policy, environment), policy.emergency
    waived = change.type == "emergency" and emergency is not None and emergency.outside_windows
    return Calendar.updated(calendar, windows=()) if waived else calendar


def judged_time(
    starts: datetime,
    now: datetime,
    calendar: Calendar,
    window: Window | None,
    *,
    window_override: Collection[str] = (),
) -> TimeAnswer:
    """The reasons against a start then.

    `window` is the plan's own; roles in `window_override` may open the policy's windows.
    """
    against = tuple(_against(starts, now, calendar, window, window_override))
    return TimeAnswer(against, _next(max(starts, now), calendar, window) if against else starts)


def blocked_by(
    policy: ReleasePolicy | None,
    change: ChangeRequest,
    words: Iterable[ApprovalStatement],
    moment: datetime,
    environment: Environment | None = None,
) -> tuple[str, ...]:
    """The freezes that bind then, and `window` where none is open, except those that these statements override then."""
    calendar = binding_calendar(policy, change, environment)
    lifted = {word.overrides for word in words if word.expires > moment}
    freeze_names = [freeze.name for freeze in freezes_at(calendar, moment)]
    if not open_at(Calendar.updated(calendar, freezes=()), moment):
        freeze_names.append(WINDOW)
    return tuple(name for name in freeze_names if name not in lifted)


def _against(
    starts: datetime,
    now: datetime,
    calendar: Calendar,
    window: Window | None,
    window_override: Collection[str],
) -> Iterator[ClosedTime]:
    if starts <= now:
        yield ClosedTime("", "it is over already")
    for freeze in freezes_at(calendar, starts):
        yield ClosedTime(freeze.name, _frozen(freeze), freeze.override)
    windows = Calendar.updated(calendar, freezes=())
    if not open_at(windows, starts):
        names = ", ".join(window.name for window in calendar.windows)
        yield ClosedTime(WINDOW, f"no maintenance window is open then ({names})", tuple(window_override))
    if window is not None and not window.opens <= starts < window.closes:
        yield ClosedTime(
            "", f"the plan's own window is {window.opens.isoformat()} to {window.closes.isoformat()}"
        )


def _frozen(freeze: Freeze) -> str:
    who = (
        f"; {' or '.join(freeze.override)} may override it" if freeze.override else "; nobody may override it"
    )
    return f"the freeze {freeze.name} binds then, because {freeze.reason}{who}"


def _next(after: datetime, calendar: Calendar, window: Window | None) -> datetime | None:
    if window is not None:
        after = max(after, window.opens)
    opens = next_opening(calendar, after)
    if opens is None or (window is not None and opens >= window.closes):
        return None
    return opens
