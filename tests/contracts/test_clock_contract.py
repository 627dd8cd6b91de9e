"""Every clock gives moments in UTC, lets the time pass that it is asked to sleep, and counts on within one boot."""

from datetime import timedelta

import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.engine.ports import Clock
from tests.fakes.clock import FakeClock


@pytest.fixture(params=[SystemClock, FakeClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


def test_now_is_in_utc(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_sleep_lets_that_much_time_pass(clock: Clock) -> None:
    before = clock.now()
    clock.sleep(0.02)
    assert timedelta(seconds=0.02) <= clock.now() - before < timedelta(seconds=2)


def test_a_moment_gone_by_is_not_waited_for(clock: Clock) -> None:
    before = clock.now()
    clock.sleep(-5)
    assert timedelta(0) <= clock.now() - before < timedelta(seconds=2)


def test_uptime_goes_on_with_sleep_within_one_boot(clock: Clock) -> None:
    boot, before = clock.uptime()
    clock.sleep(0.02)
    again, after = clock.uptime()
    assert boot == again
    assert 0.02 <= after - before < 2
