"""`--detach` leaves a deployment to another process; `--wait` stays until it may start, or its time is over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Paused
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.snapshots import folded
from tests.fakes.clock import FakeClock
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.schedules import end, running

APPROVED = ["--approved-by", "change manager=Bo Lind", "--by", "ann"]
DEPLOY = ["deploy", "plan.yml", *APPROVED]


@pytest.fixture
def six(tmp_path: Path) -> Fleet:
    return shop_fleet(tmp_path / "home")


def test_detached_it_is_driven_by_another_process(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(six, [*DEPLOY, "--detach"]) == 0
    (name,) = six.drivers.begun
    printed = capsys.readouterr().out
    assert printed.startswith(f"{name}: started: ")
    assert f"orch watch {name}" in printed
    assert folded(six.ports.journal, name).state is State.COMPLETED


def test_detached_in_json(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(six, [*DEPLOY, "--detach", "--json"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["deployment"], line["what"]) == (six.drivers.begun[0], "started")


def test_a_driver_that_says_nothing_is_a_failure(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    six.drivers.drive = lambda name, by: None
    six.drivers.words = "no space"
    assert orch(six, [*DEPLOY, "--detach"]) == 13
    assert "failed: no space" in capsys.readouterr().out


def test_resume_is_detached_alike_and_not_twice(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    drive, six.drivers.drive = six.drivers.drive, lambda name, by: None
    orch(six, [*DEPLOY, "--detach"])
    name = six.drivers.begun[0]
    with six.ports.journal.drive_alone(name):
        assert orch(six, ["resume", name, "--detach"]) == 10
    assert f"orch watch {name}" in capsys.readouterr().err
    six.drivers.drive = drive
    assert orch(six, ["resume", name, "--detach"]) == 0
    assert orch(six, ["resume", name, "--detach"]) == 4


def test_both_make_no_sense(six: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(six, [*DEPLOY, "--detach", "--wait"]) == 2
    assert six.ports.journal.deployments() == []
    assert "choose one" in capsys.readouterr().err


class Turning(FakeClock):
    """What others do meanwhile: after so many seconds of sleep, each in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[tuple[float, Callable[[], object]]] = []

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        while self.meanwhile and self.uptime()[1] >= self.meanwhile[0][0]:
            self.meanwhile.pop(0)[1]()


@pytest.fixture
def clock() -> Turning:
    return Turning()


@pytest.fixture
def house(tmp_path: Path, clock: Turning) -> Fleet:
    return Fleet(home=tmp_path / "home", clock=clock)


SECOND = ["deploy", "second.yml", "--by", "ann"]


def test_it_waits_until_what_shares_a_machine_is_over(house: Fleet, clock: Turning) -> None:
    other = running(house, "first.yml", "web1")
    house.plan("second.yml", "web1")
    assert orch(house, SECOND) == 4, "without patience it is refused"
    clock.meanwhile.append((300, lambda: end(house, other)))
    assert orch(house, [*SECOND, "--wait"]) == 0
    assert 300 <= clock.uptime()[1] <= 360


def test_its_patience_ends(house: Fleet, clock: Turning, capsys: pytest.CaptureFixture[str]) -> None:
    running(house, "first.yml", "web1")
    house.plan("second.yml", "web1")
    before = house.ports.journal.deployments()
    assert orch(house, [*SECOND, "--wait", "--at-most", "5m"]) == 4
    assert 300 <= clock.uptime()[1] <= 330
    assert "shares machine web1" in capsys.readouterr().err
    assert house.ports.journal.deployments() == before


@pytest.fixture
def governed(house: Fleet) -> Fleet:
    house.rule()
    house.plan("second.yml", "web1", policy=house.authority.policy)
    return house


def only(house: Fleet) -> Deployment:
    (name,) = house.ports.journal.deployments()
    return house.now(name)


def test_it_waits_for_people(governed: Fleet, clock: Turning) -> None:
    clock.meanwhile.append((600, lambda: governed.approve(only(governed))))
    assert orch(governed, [*SECOND, "--wait"]) == 0
    assert 600 <= clock.uptime()[1] <= 640


def test_where_they_do_not_come_it_is_left_to_them(
    governed: Fleet, clock: Turning, capsys: pytest.CaptureFixture[str]
) -> None:
    assert orch(governed, [*SECOND, "--wait", "--at-most", "5m"]) == 8
    assert 300 <= clock.uptime()[1] <= 310
    d = only(governed)
    assert d.seq < 10, "waiting fills no journal"
    assert f"orch approve {d.id}" in capsys.readouterr().out
    clock.meanwhile.append((clock.uptime()[1] + 60, lambda: governed.approve(only(governed))))
    assert orch(governed, ["resume", d.id, "--wait"]) == 0


def test_whoever_pauses_it_ends_the_wait(governed: Fleet, clock: Turning) -> None:
    pause = Paused(by="bo", reason="not today")
    clock.meanwhile.append((60, lambda: governed.say(only(governed), pause)))
    assert orch(governed, [*SECOND, "--wait"]) == 8
    assert clock.uptime()[1] < 70
