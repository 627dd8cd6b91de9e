"""The lifecycle table reaches every state, needs its facts for each step, and ends a backout in no word of success."""

import pytest

from orchestrator.domain.journal.lifecycle import (
    AFTER_THE_END,
    ANY_TIME,
    OVER,
    TABLE,
    TOUCHED,
    UNTOUCHED,
    WHILE_TOUCHED,
    State,
    after,
    allowed,
)


def reachable(*, without: str = "", start: State = State.PLANNED) -> set[State]:
    """The states that can be reached when one kind of event never happens."""
    seen, ahead = {start}, [start]
    while ahead:
        for kind, state in TABLE[ahead.pop()].items():
            if kind != without and state not in seen:
                seen.add(state)
                ahead.append(state)
    return seen


def test_every_state_is_touched_untouched_or_over() -> None:
    assert set(TABLE) == set(State) == {*UNTOUCHED, *TOUCHED, *OVER}
    assert len(State) == len(UNTOUCHED) + len(TOUCHED) + len(OVER)


def test_every_state_is_reachable() -> None:
    assert reachable() == set(State)


@pytest.mark.parametrize(
    "fact",
    [
        "approved",
        "window_opened",
        "components_verified",
        "environment_verified",
        "baseline_captured",
    ],
)
def test_nothing_is_touched_without(fact: str) -> None:
    assert not reachable(without=fact) & set(TOUCHED)


@pytest.mark.parametrize("state", [s for s in TOUCHED if s is not State.BACKING_OUT])
def test_backout_is_one_event_away_from_every_touched_state(state: State) -> None:
    assert after(state, "backout_began") is State.BACKING_OUT


@pytest.mark.parametrize("fact", ["wave_verified", "wave_deployed"])
def test_completion_needs(fact: str) -> None:
    assert State.COMPLETED not in reachable(without=fact)


def test_a_backout_never_ends_in_the_words_of_success() -> None:
    ends = reachable(start=State.BACKING_OUT) & set(OVER)
    assert ends == {State.BACKED_OUT, State.BACKED_OUT_WITH_RESIDUE, State.BACKOUT_FAILED}


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_accepts_nothing_but_a_backout_and_what_follows_the_end(state: State) -> None:
    assert set(allowed(state)) <= {"backout_began"} | AFTER_THE_END
    for kind in AFTER_THE_END:
        assert after(state, kind) is state


def test_facts_about_driving_never_change_the_state() -> None:
    for state in (*UNTOUCHED, *TOUCHED):
        for kind in ANY_TIME:
            assert after(state, kind) is state
    for state in TOUCHED:
        for kind in WHILE_TOUCHED:
            assert after(state, kind) is state
