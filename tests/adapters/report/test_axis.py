"""The axis of time: true to scale, but for long waiting."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from orchestrator.adapters.report.axis import TimeAxis
from orchestrator.policy.telling.timeline import StepName, StoryStep

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def step(name: StepName, began: float, ended: float) -> StoryStep:
    return StoryStep(name, 0, at(began), at(ended), "passed")


def axis(*steps: StoryStep, end: float) -> TimeAxis:
    return TimeAxis(steps, NOON, at(end), left=100.0, width=1000.0)


def test_work_is_true_to_scale() -> None:
    made = axis(step("deploy", 0, 60), step("verification", 60, 100), end=100)
    assert [made.x(at(s)) for s in (0, 25, 60, 100)] == [100.0, 350.0, 700.0, 1100.0]
    assert made.shortened == []


def test_short_waiting_is_true_to_scale() -> None:
    made = axis(step("deploy", 0, 60), step("soak", 60, 100), end=100)
    assert made.x(at(60)) == pytest.approx(700.0)


def test_a_night_of_waiting_is_drawn_shorter_and_marked() -> None:
    made = axis(step("deploy", 0, 100), step("soak", 100, 36_100), step("deploy", 36_100, 36_200), end=36_200)
    assert made.x(at(100)) == pytest.approx(433.3, abs=0.1)
    assert made.x(at(36_100)) == pytest.approx(766.7, abs=0.1)
    assert [stretch.words for stretch in made.shortened] == ["10 h"]


def test_moments_outside_stay_on_the_axis() -> None:
    made = axis(step("deploy", 0, 10), end=10)
    assert (made.x(at(-5)), made.x(at(99))) == (100.0, 1100.0)


@pytest.mark.parametrize("end", [0.0, 0.001, 1, 59, 3600, 90_000, 3_000_000])
def test_ticks_are_apart_and_in_order(end: float) -> None:
    places = [tick.x for tick in axis(step("deploy", 0, max(end, 0.001)), end=end).ticks]
    assert places
    assert len(places) < 40
    assert all(b - a >= 64 for a, b in pairwise(places))
