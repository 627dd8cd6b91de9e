"""What `orch plan show` prints of the point of no return: measured waves against windows and freezes, by the hour."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestrator.policy.authority.plan_times import times_outline
from orchestrator.policy.authority.times_ahead import times_ahead
from tests.policy.admission_cases import moment, question

BERLIN = ZoneInfo("Europe/Berlin")
MEASURED = [{"wave": 0, "hosts": 1, "deploy": 600.0, "verify": 60.0, "back_out": 300.0}]
SLOW: dict[str, Any] = {
    "certificates": [],
    "measured": MEASURED,
    "policy": {"rehearsal": None, "margin": 0.0},
    "plan": {"strategy": {"waves": [1, 1, "rest"], "forks": 1, "gate": {"soak": 540}}},
}
# Of one host: 10 min to deploy, 1 min to verify, 9 min of soak, 5 min to back out; the last wave has three hosts.
GOOD = "good: deployed, verified and soaked; undone: failed at the end of that, taken back with all waves before it"
HOLDS = "if that comes in the middle, it holds for a person before the next wave"
ROWS: list[tuple[str, dict[str, Any], str | None, list[str]]] = [
    (
        "in the window, all fits",
        SLOW | {"now": "2026-06-06T20:30:00Z"},
        None,
        [
            "calculated from a start at Sat 2026-06-06 22:30 CEST",
            f"open until Sun 2026-06-07 04:00 CEST; {HOLDS}",
            GOOD,
            "wave    starts    good by   undone by     to spare    latest start",
            "wave 1  22:30:00  22:50:00  22:55:00      5 h 5 min   Sun 03:35:00",
            "wave 2  22:50:00  23:10:00  23:20:00      4 h 40 min  Sun 03:30:00",
            "wave 3  23:10:00  23:52:00  Sun 00:17:00  3 h 43 min  Sun 02:53:00",
            "every wave can be undone before it closes, even from a start as late as Sun 02:13:00",
            "calculated from",
            "times from 1 measured wave of up to 1 host, plus 0%",
        ],
    ),
    (
        "so late that the last wave does not fit",
        SLOW | {"now": "2026-06-07T00:30:00Z"},
        None,
        [
            "calculated from a start at Sun 2026-06-07 02:30 CEST",
            f"open until Sun 2026-06-07 04:00 CEST; {HOLDS}",
            GOOD,
            "wave    starts    good by   undone by  to spare         latest start",
            "wave 1  02:30:00  02:50:00  02:55:00   1 h 5 min        03:35:00",
            "wave 2  02:50:00  03:10:00  03:20:00   40 min           03:30:00",
            "wave 3  03:10:00  03:52:00  04:17:00   17 min TOO LATE  02:53:00",
            "WILL NOT START, because it could not be undone in time: wave 3",
        ],
    ),
    (
        "closed now: from when it is open next",
        SLOW | {"now": "2026-06-04T10:00:00Z"},
        None,
        [
            "calculated from a start at Sat 2026-06-06 22:00 CEST, when it is open next",
            f"open until Sun 2026-06-07 04:00 CEST; {HOLDS}",
        ],
    ),
    (
        "asked for in a freeze: it is said, and nothing closes what is not open",
        SLOW,
        "2026-12-19T21:30:00Z",
        [
            "calculated from a start at Sat 2026-12-19 22:30 CET",
            "closed then: christmas: frozen until 2027-01-07T00:00+01:00, because the busiest weeks of the year; "
            "wait, or have service owner override it: "
            'orch approve shop-live-7 --as "service owner" --override christmas --reason WHY',
            "calculated from",
        ],
    ),
    (
        "the night in which clocks go back is an hour longer",
        SLOW,
        "2026-10-24T20:30:00Z",
        [
            "calculated from a start at Sat 2026-10-24 22:30 CEST",
            f"open until Sun 2026-10-25 04:00 CET; {HOLDS}",
            GOOD,
            "wave    starts    good by   undone by     to spare    latest start",
            "wave 1  22:30:00  22:50:00  22:55:00      6 h 5 min   Sun 03:35:00",
        ],
    ),
    (
        "the night in which they go forward is an hour shorter",
        SLOW,
        "2026-03-28T21:30:00Z",
        [
            "calculated from a start at Sat 2026-03-28 22:30 CET",
            f"open until Sun 2026-03-29 04:00 CEST; {HOLDS}",
            GOOD,
            "wave    starts    good by   undone by     to spare    latest start",
            "wave 1  22:30:00  22:50:00  22:55:00      4 h 5 min   Sun 03:35:00",
        ],
    ),
]


def lines(given: dict[str, Any], at: str | None) -> list[str]:
    ahead = times_ahead(question(given), moment(at) if at else None)
    return [branch.text for branch in times_outline(ahead, "hold", BERLIN).below]


@pytest.mark.parametrize(("what", "given", "at", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_row(what: str, given: dict[str, Any], at: str | None, expected: list[str]) -> None:
    assert lines(given, at)[: len(expected)] == expected
