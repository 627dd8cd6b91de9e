"""The arithmetic of a window: which waves may start and still be undone before it closes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.authority.rehearsal import MeasuredWave
from orchestrator.domain.text.model_base import moment_of
from orchestrator.policy.calendar.point_of_no_return import WaveTimes, arithmetic, expected_times
from orchestrator.policy.course.rollout import waves_of
from tests.worlds.plans import plan_of, plan_tree, targets_named

NOW = moment_of("2026-06-06T20:00:00Z")
assert isinstance(NOW, datetime)
START: datetime = NOW


def times(*rows: tuple[float | None, float | None, float, float | None]) -> tuple[WaveTimes, ...]:
    """Waves as rows of (deploy, verify, soak, back out), in minutes."""
    return tuple(
        WaveTimes(
            wave=n,
            name=f"wave {n}",
            deploy=None if deploy is None else deploy * 60,
            verify=None if verify is None else verify * 60,
            soak=soak * 60,
            back_out=None if back_out is None else back_out * 60,
        )
        for n, (deploy, verify, soak, back_out) in enumerate(rows)
    )


THREE = times((10, 5, 5, 10), (10, 5, 5, 10), (10, 5, 5, 10))
# (what, waves, minutes until the window closes, minutes to undo what is deployed, spare minutes, waves that may start)
ROWS: list[tuple[str, tuple[WaveTimes, ...], int | None, float | None, list[float | None], list[int]]] = [
    ("all fit", THREE, 90, 0, [60, 30, 0], [0, 1, 2]),
    ("a minute short for the last", THREE, 89, 0, [59, 29, -1], [0, 1]),
    ("only the first", THREE, 30, 0, [0, -30, -60], [0]),
    ("none", THREE, 29, 0, [-1, -31, -61], []),
    ("earlier waves must be undone as well", THREE, 90, 10, [50, 20, -10], [0, 1]),
    ("a backout longer than the deployment", times((1, 0, 0, 60), (1, 0, 0, 60)), 62, 0, [1, -60], [0]),
    ("no window closes", THREE, None, 0, [None, None, None], [0, 1, 2]),
    ("a wave that nobody measured", times((10, 5, 5, 10), (None, 5, 5, 10), (10, 5, 5, 10)), 600, 0,
     [570, None, None], [0]),
    ("a backout that nobody measured", times((10, 5, 5, None)), 600, 0, [None], []),
    ("nobody knows how long it takes to undo what is deployed", THREE, 600, None, [None, None, None], []),
    ("nothing measured and no window closes", times((None, None, 0, None)), None, 0, [None], [0]),
    ("no wave is left", (), 10, 0, [], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "waves", "closes", "to_undo", "spare", "startable"), ROWS, ids=[row[0] for row in ROWS]
)
def test_row(
    what: str,
    waves: tuple[WaveTimes, ...],
    closes: int | None,
    to_undo: float | None,
    spare: list[float | None],
    startable: list[int],
) -> None:
    end = None if closes is None else START + timedelta(minutes=closes)
    times_left = arithmetic(waves, START, end, to_undo=None if to_undo is None else to_undo * 60)
    assert [None if line.spare is None else line.spare / 60 for line in times_left.lines] == spare
    assert list(times_left.startable) == startable


def test_every_number_is_there_to_be_printed() -> None:
    second = arithmetic(THREE, START, START + timedelta(minutes=70)).lines[1]
    assert second.starts == START + timedelta(minutes=20)
    assert second.known_good == START + timedelta(minutes=40)
    assert second.back_out_all == 20 * 60
    assert second.undone == START + timedelta(minutes=60)
    assert second.latest_start == START + timedelta(minutes=30)
    assert second.spare == 600


minutes = st.integers(0, 90).map(float)
waves = st.lists(st.tuples(minutes, minutes, minutes, minutes), min_size=1, max_size=6)


@settings(deadline=None)
@given(rows=waves, closes=st.integers(0, 600), to_undo=minutes)
def test_a_wave_that_may_start_can_be_undone_in_time_by_doing_it(
    rows: list[tuple[float, float, float, float]], closes: int, to_undo: float
) -> None:
    times_left = arithmetic(times(*rows), START, START + timedelta(minutes=closes), to_undo=to_undo * 60)
    clock, owed = 0.0, to_undo
    for line, (deploy, verify, soak, back_out) in zip(times_left.lines, rows, strict=True):
        clock += deploy + verify + soak
        owed += back_out
        assert line.may_start == (clock + owed <= closes)


@settings(deadline=None)
@given(rows=waves, closes=st.integers(0, 600))
def test_no_wave_may_start_after_one_that_may_not(
    rows: list[tuple[float, float, float, float]], closes: int
) -> None:
    times_left = arithmetic(times(*rows), START, START + timedelta(minutes=closes))
    may = [line.may_start for line in times_left.lines]
    assert may == sorted(may, reverse=True)
    assert all(
        line.latest_start is not None
        and line.may_start == (line.starts is not None and line.starts <= line.latest_start)
        for line in times_left.lines
    )


@settings(deadline=None)
@given(rows=waves, closes=st.integers(0, 600), later=st.integers(0, 100))
def test_a_later_close_never_takes_a_wave_away(
    rows: list[tuple[float, float, float, float]], closes: int, later: int
) -> None:
    sooner = arithmetic(times(*rows), START, START + timedelta(minutes=closes)).startable
    more = arithmetic(times(*rows), START, START + timedelta(minutes=closes + later)).startable
    assert set(sooner) <= set(more)


def test_times_are_those_of_the_slowest_batch_for_each_batch() -> None:
    plan = plan_of(plan_tree(waves=[2, "rest"], forks=2))
    hosts = waves_of(plan, targets_named(*(f"web{n}" for n in range(7)))).waves
    measured = [
        MeasuredWave(wave=0, hosts=1, deploy=100.0, verify=10.0, back_out=50.0),
        MeasuredWave(wave=1, hosts=4, deploy=160.0, verify=30.0, back_out=140.0),
    ]
    two, five = expected_times(plan, hosts, measured, margin=0.5)
    assert (two.deploy, two.verify, two.back_out) == (150.0, 22.5, 105.0)
    assert (five.deploy, five.verify, five.back_out) == (450.0, 67.5, 315.0)
    assert five.basis == "2 measured waves of up to 4 hosts, plus 50%"


def test_what_was_never_measured_takes_as_long_as_it_may() -> None:
    plan = plan_of(plan_tree(run_timeout="20m"))
    first = expected_times(plan, waves_of(plan, targets_named("web1")).waves, [], margin=0.2)[0]
    assert (first.deploy, first.verify, first.back_out) == (1200.0, 5.0, 3600.0)
    assert "never measured" in first.basis
