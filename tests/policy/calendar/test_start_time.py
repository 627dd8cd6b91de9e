"""Which moments of the schedule are open: everything against one at once, and the next that nothing is against."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.calendar.window import Freeze, MaintenanceWindow
from orchestrator.domain.plan.change_request import ChangeRequest
from orchestrator.domain.plan.planned_schedule import Window
from orchestrator.policy.calendar.start_time import binding_calendar, judged_time
from orchestrator.policy.calendar.windows import Calendar

NOW = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
NIGHTS = MaintenanceWindow.model_validate(
    {"name": "night", "zone": "UTC", "starts": "2026-06-01T20:00", "lasts": "4h", "repeats": "FREQ=DAILY"}
)


def freeze(name: str, day: int, days: int, **words: object) -> Freeze:
    return Freeze.model_validate(
        {
            "name": name,
            "zone": "UTC",
            "starts": f"2026-06-{day:02}T00:00",
            "lasts": f"{days}d",
            "reason": "sale",
            **words,
        }
    )


SALE, AUDIT = freeze("sale", 10, 3), freeze("audit", 12, 2, override=["change manager"])
OPEN, NIGHTLY = Calendar(), Calendar(windows=(NIGHTS,), freezes=(SALE, AUDIT))
EVER = Calendar(windows=(NIGHTS,), freezes=(freeze("for-ever", 1, 90), ))  # fmt: skip
OWN = Window(opens=NOW + timedelta(days=1), closes=NOW + timedelta(days=1, hours=10))

# (what, hours from now, calendar, the plan's window, what is against it, hours until the next opening)
ROWS: list[tuple[str, float, Calendar, Window | None, list[str], float | None]] = [
    ("any time", 1, OPEN, None, [], 1),
    ("in the window", 9, NIGHTLY, None, [], 9),
    ("now is no time ahead", 0, OPEN, None, [""], 0),
    ("a time that is over, outside of the window", -1, NIGHTLY, None, ["", "window"], 8),
    ("before the window", 7, NIGHTLY, None, ["window"], 8),
    ("the moment the window closes", 12, NIGHTLY, None, ["window"], 32),
    ("in a freeze", 24 * 4 + 9, NIGHTLY, None, ["sale"], 24 * 8 + 8),
    ("in two freezes that overlap", 24 * 6 + 9, NIGHTLY, None, ["sale", "audit"], 24 * 8 + 8),
    ("in a freeze and outside of the window", 24 * 4 + 1, NIGHTLY, None, ["sale", "window"], 24 * 8 + 8),
    ("outside of the plan's own window", 1, OPEN, OWN, [""], 24),
    ("in both windows", 33, NIGHTLY, OWN, [], 33),
    ("in the plan's, outside of the policy's", 25, NIGHTLY, OWN, ["window"], 32),
    ("after the plan's own window", 24 * 3, OPEN, OWN, [""], None),
    ("a window that a freeze covers for long", 9, EVER, None, ["for-ever"], 24 * 85 + 8),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "hours", "calendar", "window", "against", "opens"), ROWS, ids=[row[0] for row in ROWS]
)
def test_row(
    what: str,
    hours: float,
    calendar: Calendar,
    window: Window | None,
    against: list[str],
    opens: float | None,
) -> None:
    answer = judged_time(NOW + timedelta(hours=hours), NOW, calendar, window)
    assert [ground.about for ground in answer.against] == against
    expected = None if opens is None else NOW + timedelta(hours=opens)
    assert answer.next_opening == expected


def test_who_may_lift_it_is_said() -> None:
    answer = judged_time(NOW + timedelta(days=7, hours=1), NOW, NIGHTLY, None, window_override=("owner",))
    assert [(ground.about, ground.override) for ground in answer.against] == [
        ("audit", ("change manager",)),
        ("window", ("owner",)),
    ]


def test_windows_do_not_bind_an_emergency_where_the_policy_says_so() -> None:
    assert binding_calendar(None, ChangeRequest()) == Calendar()
