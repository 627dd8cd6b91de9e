"""Drivers beside this process: begun at once, alive while they drive, and their last words kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.driver_processes import DriverProcesses
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.engine.ports import Drivers
from orchestrator.errors import StoreFault
from tests.fakes.drivers import FakeDrivers

SAID = "No single deployment is called nothing-1 (found: none); `orch list` names them."


def fake(home: Path) -> Drivers:
    drivers = FakeDrivers(lambda name, by: None)
    drivers.words = SAID
    return drivers


@pytest.fixture(params=[fake, lambda home: DriverProcesses(home, process.spawn_child)], ids=["fake", "real"])
def drivers(request: pytest.FixtureRequest, tmp_path: Path) -> Drivers:
    make: Callable[[Path], Drivers] = request.param
    with closing(SqlJournal(tmp_path, SystemClock())):
        pass  # a driver of a folder without a home says that there is none
    return make(tmp_path)


def ended(drivers: Drivers, deployment: str) -> bool:
    for _ in range(600):
        if not drivers.alive(deployment):
            return True
        time.sleep(0.1)
    return False


def test_what_was_never_begun_is_not_alive_and_said_nothing(tmp_path: Path) -> None:
    real = DriverProcesses(tmp_path, process.spawn_child)
    assert (real.alive("d1"), real.last_words("d1")) == (False, "")


def test_a_driver_ends_and_its_last_words_are_kept(drivers: Drivers) -> None:
    drivers.begin("nothing-1", "ann")
    assert ended(drivers, "nothing-1")
    assert drivers.last_words("nothing-1") == SAID


def test_a_driver_is_alive_while_it_drives_and_outlives_whoever_asked(tmp_path: Path) -> None:
    asleep = ["sleep", "0.5"]
    real = DriverProcesses(
        tmp_path, lambda words, *, environment, log: process.spawn_child(asleep, environment=environment, log=log)
    )  # fmt: skip
    real.begin("d1", "ann")
    assert real.alive("d1")
    assert ended(real, "d1")


def test_a_driver_that_listens_to_nobody_is_ended_by_force(tmp_path: Path) -> None:
    stands = ["sh", "-c", "trap '' TERM; sleep 60"]
    real = DriverProcesses(
        tmp_path, lambda words, *, environment, log: process.spawn_child(stands, environment=environment, log=log)
    )  # fmt: skip
    real.kill("d1")
    real.begin("d1", "ann")
    assert real.alive("d1")
    real.kill("d1")
    assert ended(real, "d1")


def test_where_its_output_cannot_be_kept_nothing_is_begun(tmp_path: Path) -> None:
    (tmp_path / "driven").write_text("in the way")
    with pytest.raises(StoreFault):
        DriverProcesses(tmp_path, process.spawn_child).begin("d1", "ann")
