"""Whether the calendar allows a start now: the windows of policy and plan, freezes, and their overrides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.authority.admission_answer import BY_CLOCK, Reason
from orchestrator.domain.authority.approval import ApprovalStatement
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.calendar.window import Freeze
from orchestrator.domain.text.command_word import command_word
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.approvals import Judged, overrides
from orchestrator.policy.calendar.windows import (
    WINDOW,
    Calendar,
    binds_until,
    closes_at,
    freezes_at,
    next_opening,
    open_at,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """The answer of the calendar: reasons against a start, or when the opening ends (None: it does not)."""

    reasons: tuple[Reason, ...]
    closes: datetime | None
    overrides: tuple[ApprovalStatement, ...]
    ground: Ground


def opening_of(question: Question, approvals: tuple[Judged, ...]) -> Opening:
    """The answer of the windows and freezes of policy and plan at this moment."""
    now, whole = question.now, question.calendar
    frozen = freezes_at(whole, now)
    lifted = {freeze.name: overrides(approvals, freeze.name, freeze.override) for freeze in frozen}
    calendar = whole.without(name for name, approval in lifted.items() if approval is not None)
    outside = overrides(approvals, WINDOW, question.policy.window_override)
    waived = _waived(question)
    if calendar.windows and (waived or outside is not None):
        calendar = Calendar.updated(calendar, windows=())
    reasons = (
        *_unfounded(question, approvals),
        *(_frozen(question, freeze) for freeze in frozen if lifted[freeze.name] is None),
        *_closed(question, calendar),
        *_plan_window(question),
    )
    used = [approval for approval in (*lifted.values(), outside) if approval is not None]
    closes = _earliest(question, closes_at(calendar, now))
    return Opening(reasons, closes, tuple(used), _ground(closes))


def opens_next(question: Question) -> datetime | None:
    """The next moment at which the windows and freezes of policy and plan allow a start; None where there is none."""
    calendar, window, after = question.calendar, question.plan.schedule.window, question.now
    if _waived(question):
        calendar = Calendar.updated(calendar, windows=())
    if window is not None and window.opens > after:
        after = window.opens
    opens = next_opening(calendar, after)
    return None if opens is None or (window is not None and opens >= window.closes) else opens


def waits_for_people(question: Question, reasons: Iterable[Reason]) -> bool:
    """Whether signed words and time resolve all of these: a missing approval, or a freeze that a role may override."""
    liftable = {freeze.name for freeze in question.policy.freezes if freeze.override}
    asked = [reason for reason in reasons if reason.code not in BY_CLOCK]
    return bool(asked) and all(
        reason.code == "approval.missing" or (reason.code == "freeze.binds" and reason.about in liftable)
        for reason in asked
    )


def _waived(question: Question) -> bool:
    emergency = question.policy.emergency
    return question.emergency and emergency is not None and emergency.outside_windows


def _earliest(question: Question, closes: datetime | None) -> datetime | None:
    window = question.plan.schedule.window
    ends = [moment for moment in (closes, window.closes if window else None) if moment is not None]
    return min(ends, default=None)


def _ground(closes: datetime | None) -> Ground:
    if closes is None:
        return Ground(code="window.never_closes")
    return Ground(code="window.open", values={"closes": closes.isoformat()})


def _frozen(question: Question, freeze: Freeze) -> Reason:
    if freeze.override:
        roles = " or ".join(freeze.override)
        role = command_word(freeze.override[0])
        command = f"orch approve {question.subject} --as {role} --override {freeze.name} --reason WHY"
        move = f"wait, or have {roles} override it: {command}"
    else:
        move = "wait until it is over; nobody may override it"
    until = binds_until(freeze, question.now).isoformat(timespec="minutes")
    finding = f"frozen until {until}, because {freeze.reason}"
    return Reason(code="freeze.binds", about=freeze.name, found=finding, next_move=move)


def _closed(question: Question, calendar: Calendar) -> Iterator[Reason]:
    """No window is open, regardless of freezes: those are separate reasons."""
    if not calendar.windows or open_at(Calendar.updated(calendar, freezes=()), question.now):
        return
    opens = next_opening(calendar, question.now)
    about = ", ".join(window.name for window in calendar.windows)
    if opens is None:
        finding, move = "no window is open, and none opens in ten years", "agree on a window in the policy"
        yield Reason(code="window.never_opens", about=about, found=finding, next_move=move)
        return
    yield Reason(
        code="window.closed",
        about=about,
        found=f"no window is open; the next one opens at {opens.isoformat()}",
        next_move="schedule the deployment for then",
    )


def _plan_window(question: Question) -> Iterator[Reason]:
    window, now = question.plan.schedule.window, question.now
    if window is None or window.opens <= now < window.closes:
        return
    over = window.closes <= now
    yield Reason(
        code="window.of_the_plan",
        about="schedule.window of the plan",
        found=f"closed at {window.closes.isoformat()}" if over else f"opens at {window.opens.isoformat()}",
        next_move="agree on a new window" if over else "wait until then",
    )


def _unfounded(question: Question, approvals: Iterable[Judged]) -> Iterator[Reason]:
    """Overrides by a person without the role for them, or of something that does not exist."""
    allowed = {freeze.name: freeze.override for freeze in question.calendar.freezes}
    allowed[WINDOW] = question.policy.window_override
    for override in approvals:
        name = override.approval.overrides
        if (
            override.counts
            and name is not None
            and overrides([override], name, allowed.get(name, ())) is None
        ):
            roles = " or ".join(allowed.get(name, ())) or "nobody"
            finding = (
                f"{override.approval.person} as {override.approval.role} would override it, which {roles} may"
            )
            move = "ask one of those, or wait"
            yield Reason(code="override.not_allowed", about=name, found=finding, next_move=move)
