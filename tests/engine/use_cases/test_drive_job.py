"""A job that has a deployment driven: when it is over, and after how long it is tried again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.drive_job import AGAIN, SELDOM, drive_job
from tests.fakes.clock import FakeClock
from tests.fakes.drivers import FakeDrivers
from tests.fakes.journal import FakeJournal
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.histories import START, ready_to_deploy
from tests.worlds.ports import ports_over

NAME = "app-2.0"


@pytest.fixture
def ports() -> Ports:
    clock = FakeClock(START)
    journal = FakeJournal(clock)
    journal.append(NAME, 0, ready_to_deploy())
    return ports_over(clock, FakePlans(), FakePlaybooks(clock.now), FakeTargets(), journal=journal)


def job(ports: Ports, drive: Callable[[], object], tried: int = 0) -> float | None:
    return drive_job(ports, FakeDrivers(lambda deployment, by: drive()), NAME, by="ann", tried=tried)


def took(ports: Ports) -> None:
    records = ports.journal.read(NAME)
    ports.journal.append(NAME, records[-1].seq, [e.DriverTook(driver="another", by="bo")])


@pytest.mark.parametrize(("tried", "seconds"), [(0, AGAIN), (1, 2 * AGAIN), (3, 8 * AGAIN), (9, SELDOM)])
def test_where_nothing_comes_of_it_it_is_tried_ever_more_seldom(
    ports: Ports, tried: int, seconds: float
) -> None:
    assert job(ports, lambda: None, tried) == seconds


def test_a_deployment_that_another_process_goes_on_with_is_soon_looked_at_again(ports: Ports) -> None:
    """That one may die, and nobody else would know."""
    assert job(ports, lambda: took(ports), 9) == AGAIN


def test_what_waits_for_a_person_is_over_for_the_queue(ports: Ports) -> None:
    def pause() -> None:
        records = ports.journal.read(NAME)
        ports.journal.append(NAME, records[-1].seq, [e.Paused(by="bo", reason="lunch")])

    assert job(ports, pause) is None
    assert job(ports, lambda: pytest.fail("nobody is to drive it")) is None
