"""What is decided of each state in sets that stand apart from the lifecycle: a new state has to be decided of everywhere."""

from __future__ import annotations

import pytest

from orchestrator.domain.journal.lifecycle import State
from tests.architecture.tables import groups_of

GROUPS = {
    "never touched": "orchestrator/domain/journal/lifecycle.py: NEVER_TOUCHED",
    "taken back": "orchestrator/domain/journal/lifecycle.py: TAKEN_BACK",
    "stands": "orchestrator/domain/journal/lifecycle.py: STANDS",
    "proved": "orchestrator/policy/measures/capability/evidence.py: PROVED",
    "asked ahead": "orchestrator/engine/use_cases/scheduled_preview.py: _AHEAD",
    "proposed": "orchestrator/policy/calendar/bookings.py: _PROPOSED",
    "not begun": "orchestrator/policy/calendar/due_starts.py: _NOT_BEGUN",
    "deployed": "orchestrator/policy/course/follow_up.py: DEPLOYED",
    "late": "orchestrator/policy/authority/late_backout.py: LATE",
    "waits before its start": "orchestrator/policy/course/awaited.py: AHEAD",
}
"""The sets by what being in them means; the three phases are a test of their own (tests/domain/journal/test_lifecycle.py)."""

ROWS: dict[str, set[str]] = {
    "PLANNED": {"proposed", "not begun", "waits before its start"},
    "AWAITING_APPROVAL": {"proposed", "not begun", "asked ahead", "waits before its start"},
    "SCHEDULED": {"not begun", "asked ahead", "waits before its start"},
    "VERIFYING_COMPONENTS": set(),
    "VERIFYING_ENVIRONMENT": set(),
    "CAPTURING_BASELINE": set(),
    "DEPLOYING": set(),
    "VERIFYING_WAVE": set(),
    "AT_GATE": set(),
    "EARLY_LIFE_SUPPORT": {"deployed"},
    "BACKING_OUT": set(),
    "COMPLETED": {"deployed", "late", "proved", "stands"},
    "COMPLETED_WITH_EXCEPTIONS": {"deployed", "late", "stands"},
    "BACKED_OUT": {"proved", "taken back"},
    "BACKED_OUT_WITH_RESIDUE": {"taken back"},
    "BACKOUT_FAILED": {"taken back"},
    "REFUSED": {"never touched"},
    "CANCELLED": {"never touched"},
}
"""Every state, with the sets that it belongs to."""

PHASES = {f"orchestrator/domain/journal/lifecycle.py: {name}" for name in ("UNTOUCHED", "TOUCHED", "OVER")}


@pytest.fixture(scope="module")
def groups() -> dict[str, frozenset[str]]:
    return groups_of(State)


@pytest.mark.parametrize("state", [state.name for state in State])
def test_it_is_decided_in_which_sets_a_state_is(state: str, groups: dict[str, frozenset[str]]) -> None:
    assert state in ROWS, f"{state} is new: say here whether it is {', '.join(GROUPS)}, and put it there"
    assert {name for name, place in GROUPS.items() if state in groups[place]} == ROWS[state]


def test_no_set_of_states_is_left_out(groups: dict[str, frozenset[str]]) -> None:
    assert set(groups) - PHASES == set(GROUPS.values())
