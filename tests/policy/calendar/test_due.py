"""What becomes of a scheduled deployment: in rows of when it was to start, what the plan says of a missed start, and now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.calendar.window import Freeze, MaintenanceWindow
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.calendar.due_starts import GRACE, AskPerson, Missed, Start, due_step, is_due
from orchestrator.policy.calendar.windows import Calendar
from tests.histories import planned

NIGHT = datetime(2026, 6, 6, 20, 0, tzinfo=UTC)
WINDOW = MaintenanceWindow.model_validate(
    {"name": "night", "zone": "UTC", "starts": "2026-06-01T20:00", "lasts": "4h", "repeats": "FREQ=DAILY"}
)
FREEZE = Freeze.model_validate(
    {"name": "sale", "zone": "UTC", "starts": "2026-06-06T00:00", "lasts": "2d", "reason": "sale"}
)
OPEN, NIGHTLY, FROZEN = (
    Calendar(),
    Calendar(windows=(WINDOW,)),
    Calendar(windows=(WINDOW,), freezes=(FREEZE,)),
)
REASON = Reason(code="approval.missing", about="change manager", found="none", next_move="approve")
OTHER = ("pay-1 runs and shares machine web1",)


def scheduled(*more: e.Event, missed: str = "ask", starts: datetime | None = NIGHT) -> Deployment:
    """A deployment that was approved and is to start at 20:00."""
    laid = {"mode": "scheduled", "starts": starts, "missed": missed}
    first = planned(("web1", "web2")).model_copy(update=laid)
    events: list[e.Event] = [first, e.Submitted(by="ann"), e.Approved(basis="none asked"), *more]
    return fold(
        Recorded(deployment="d1", seq=n, at=NIGHT - timedelta(days=1), event=event)
        for n, event in enumerate(events, 1)
    )


PUT_OFF = e.StartPutOff(reasons=OTHER, by="cron")
ASKED = e.StartMissed(late=3600, choice="ask", reason="nobody started it", by="cron")
SKIPPED = e.StartMissed(late=3600, choice="skip", reason="nobody started it", by="cron")
STARTED = e.StartMissed(late=3600, choice="start", reason="nobody started it", by="cron")
REFUSED = e.DeploymentNotAdmitted(reasons=(REASON,))
PAUSED = e.Paused(by="bo", reason="wait")

# (what, rule of the plan, what happened before, calendar, minutes after its time, step)
ROWS: list[tuple[str, str, list[e.Event], Calendar, float, str]] = [
    ("in time", "ask", [], OPEN, 0, "start"),
    ("in time in its window", "ask", [], NIGHTLY, 0, "start"),
    ("within the grace", "skip", [], OPEN, 5, "start"),
    ("in time, admission decides of the freeze", "ask", [], FROZEN, 0, "start"),
    ("the other one is over", "skip", [PUT_OFF], OPEN, 90, "start"),
    ("the other one is over, and the window still open", "skip", [PUT_OFF], NIGHTLY, 239, "start"),
    ("the other one is over, and the window too: skip", "skip", [PUT_OFF], NIGHTLY, 240, "skip"),
    ("the other one is over, and the window too: ask", "ask", [PUT_OFF], NIGHTLY, 240, "ask"),
    ("the other one runs on when the window closes", "ask", [PUT_OFF], NIGHTLY, 240, "ask"),
    ("missed, ask", "ask", [], OPEN, 6, "ask"),
    ("missed, skip", "skip", [], OPEN, 6, "skip"),
    ("missed, start while open: no window at all", "start while open", [], OPEN, 6, "start late"),
    ("missed, start while open: the window is open", "start while open", [], NIGHTLY, 239, "start late"),
    ("missed, start while open: it has just closed", "start while open", [], NIGHTLY, 240, "ask"),
    ("missed, start while open: that of the next night is open", "start while open", [], NIGHTLY, 1500, "ask"),
    ("missed, start while open: it was frozen then", "start while open", [], FROZEN, 60, "ask"),
    ("not admitted in time, ask", "ask", [REFUSED], NIGHTLY, 6, "ask"),
    ("not admitted in time, start while open", "start while open", [REFUSED], NIGHTLY, 60, "start late"),
    ("a person was asked", "ask", [ASKED], OPEN, 90, "person"),
    ("a person was asked, whatever the rule", "start while open", [ASKED], OPEN, 90, "person"),
    ("a late start that waited for the next night", "start while open", [STARTED], NIGHTLY, 240, "ask"),
    ("it was to be skipped, and nobody was left to cancel it", "skip", [SKIPPED], OPEN, 90, "skip"),
    ("the same, and its window is still open", "skip", [SKIPPED], NIGHTLY, 90, "skip"),
    ("a late start is told once", "start while open", [STARTED], OPEN, 90, "start"),
    ("paused by a person", "skip", [PAUSED], OPEN, 90, "person"),
]  # fmt: skip


def step_word(step: object) -> str:
    match step:
        case Start(missed=missed):
            return "start late" if missed else "start"
        case Missed(choice=choice):
            return choice
    assert isinstance(step, AskPerson)
    return "person"


@pytest.mark.parametrize(
    ("what", "missed", "before", "calendar", "minutes", "step"), ROWS, ids=[row[0] for row in ROWS]
)
def test_row(
    what: str,
    missed: str,
    before: list[e.Event],
    calendar: Calendar,
    minutes: float,
    step: str,
) -> None:
    d, now = scheduled(*before, missed=missed), NIGHT + timedelta(minutes=minutes)
    assert is_due(d, now)
    assert step_word(due_step(d, now, calendar)) == step


def test_the_plans_own_window_counts_as_well() -> None:
    schedule = {"opens": NIGHT - timedelta(hours=1), "closes": NIGHT + timedelta(minutes=10)}
    d = scheduled(missed="start while open")
    tree: dict[str, Any] = {**d.plan.model_dump(), "schedule": {"window": schedule}}
    d = d.model_copy(update={"plan": type(d.plan).model_validate(tree)})
    assert step_word(due_step(d, NIGHT + timedelta(minutes=9), OPEN)) == "start late"
    assert step_word(due_step(d, NIGHT + timedelta(minutes=10), OPEN)) == "ask"


def test_why_it_was_missed_is_said() -> None:
    late = NIGHT + timedelta(hours=2)
    step = due_step(scheduled(), late, OPEN)
    assert isinstance(step, Missed)
    assert (step.reason, step.late) == ("nobody started it within 2 h of its time", 7200)
    step = due_step(scheduled(REFUSED), late, OPEN)
    assert isinstance(step, Missed)
    assert step.reason == "it was not admitted within 2 h of its time (change manager: none)"


@pytest.mark.parametrize(
    ("starts", "more"),
    [
        (NIGHT + timedelta(seconds=1), []),
        (None, []),
        (NIGHT, [e.DeploymentCancelled(by="a", reason="b")]),
        (NIGHT, [e.WindowOpened(basis="none")]),
    ],
)
def test_what_is_not_due(starts: datetime | None, more: list[e.Event]) -> None:
    assert is_due(scheduled(), NIGHT)
    assert not is_due(scheduled(*more, starts=starts), NIGHT)


def test_the_grace_is_longer_than_a_timers_minute() -> None:
    assert timedelta(minutes=2) < GRACE < timedelta(minutes=15)
