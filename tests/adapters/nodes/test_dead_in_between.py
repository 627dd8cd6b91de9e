"""Whoever dies between two steps of a call, nothing of it is lost, and nothing is done twice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from orchestrator.adapters.nodes.courier import Courier
from orchestrator.adapters.nodes.frames import Identify, StartRun
from orchestrator.adapters.nodes.gateway import AtHand
from orchestrator.adapters.nodes.remote_playbooks import RemotePlaybooks
from orchestrator.domain.plan.target import Identity, Target
from orchestrator.engine.node_ports import Call, Succession, queue_of_zone
from orchestrator.errors import StoreFault
from tests.fakes.playbooks import FakePlaybooks, Script
from tests.fakes.targets import FakeTargets
from tests.worlds.zone import SHORT, ZONE, ZoneWorld, at_work, hosts, only, request, until


@pytest.fixture
def world(tmp_path: Path) -> ZoneWorld:
    return ZoneWorld(tmp_path)


@pytest.fixture
def runs() -> FakePlaybooks:
    return FakePlaybooks()


class Unheard(Courier):
    """A server that does what it is asked, and dies before it says so, where `dies` is set."""

    def __init__(self, inner: Courier) -> None:
        self._inner, self.dies = inner, Event()
        self.reported: list[tuple[int, bool]] = []

    def _heard(self) -> None:
        if self.dies.is_set():
            raise StoreFault("the server was killed")

    def take(self, seconds: float, *, new: bool) -> Call | None:
        call = self._inner.take(seconds, new=new)
        self._heard()
        return call

    def owed(self) -> list[Call]:
        calls = self._inner.owed()
        self._heard()
        return calls

    def successions(self) -> list[Succession]:
        listed = self._inner.successions()
        self._heard()
        return listed

    def answer(self, call: str, frame: bytes) -> None:
        self._inner.answer(call, frame)
        self._heard()

    def report(self, attempt: str, number: int, frame: bytes, *, last: bool) -> None:
        self._inner.report(attempt, number, frame, last=last)
        self.reported.append((number, last))
        self._heard()

    def part(self, digest: str, number: int) -> bytes | None:
        return self._inner.part(digest, number)


def begun_and_unheard(port: RemotePlaybooks, line: Unheard, project: Path) -> None:
    """A run that is at work, a report of which was kept and not acknowledged."""
    port.start(request(project))
    until(lambda: port.sight("a1").worker_pid is not None)
    line.dies.set()
    before = len(line.reported)
    until(lambda: len(line.reported) > before)


def test_the_end_of_a_run_is_told_though_a_report_before_it_was_kept_and_not_acknowledged(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    runs.script("deploy", None, Script(stays_running=True))
    world.enrolled("n1")
    line = Unheard(AtHand(world.gateway, "n1"))
    port = world.playbooks()
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()), courier=line)):
        begun_and_unheard(port, line, tmp_path / "project")
        runs.finish("a1")
        line.dies.clear()
        until(lambda: port.sight("a1").state == "finished")
    assert [last for _, last in line.reported].count(True) == 1
    assert not list((tmp_path / "n1/taken").iterdir())


def test_a_node_that_died_before_it_noted_the_number_of_a_report_is_heard_with_the_next(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    runs.script("deploy", None, Script(stays_running=True))
    world.enrolled("n1")
    line = Unheard(AtHand(world.gateway, "n1"))
    port = world.playbooks()
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()), courier=line)):
        begun_and_unheard(port, line, tmp_path / "project")
    runs.finish("a1")
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        until(lambda: port.sight("a1").state == "finished")


def test_a_run_whose_job_was_taken_by_a_server_that_died_is_begun_by_a_node(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    world.enrolled("n1")
    asked = request(tmp_path / "project")
    put = world.zone().put(StartRun(request=asked), attempt="a1", tree=world.trees.shared(asked.project))
    dead = world.jobs.enter()
    assert world.jobs.take(dead, [queue_of_zone(ZONE)]) is not None
    port = world.playbooks(patience=replace(SHORT, stuck=0.3))
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        until(lambda: port.sight("a1").state == "finished")
    assert len(runs.started) == 1
    assert put.job is not None
    until(lambda: world.jobs.state(put.job or 0) == "over")


def test_a_visit_whose_job_was_taken_by_a_server_that_died_is_made_by_a_node(
    world: ZoneWorld, runs: FakePlaybooks
) -> None:
    world.enrolled("n1")
    world.patience = replace(SHORT, taken=20.0, answer=20.0, stuck=0.3)
    zone = world.zone()
    call = zone.put(_visit())
    dead = world.jobs.enter()
    assert world.jobs.take(dead, [queue_of_zone(ZONE)]) is not None
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        answer = zone.awaited(call, 20.0)
    assert answer is not None
    assert answer.identities is not None


def test_a_run_whose_driver_died_before_its_job_was_put_is_begun_once(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    world.enrolled("n1")
    asked = request(tmp_path / "project")
    put = world.zone().put(StartRun(request=asked), attempt="a1", tree=world.trees.shared(asked.project))
    assert put.job is not None
    assert world.jobs.cancel(put.job)
    world.exchange.calls[put.id] = replace(put, job=None)  # type: ignore[attr-defined]
    port = world.playbooks(patience=replace(SHORT, stuck=0.3))
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        until(lambda: port.sight("a1").state == "finished")
    assert len(runs.started) == 1


def test_what_was_taken_back_before_its_job_was_put_never_runs(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    """A driver that stood still between the call and its job wakes up after the next one took the call back."""
    world.enrolled("n1")
    asked = request(tmp_path / "project")
    put = world.zone().put(StartRun(request=asked), attempt="a1", tree=world.trees.shared(asked.project))
    assert world.jobs.cancel(put.job or 0)
    world.exchange.calls[put.id] = replace(put, job=None)  # type: ignore[attr-defined]
    port = world.playbooks(patience=SHORT)
    assert port.stop("a1")
    assert (port.sight("a1").state, port.sight("a1").began) == ("dead", False)
    world.jobs.put("call", put.queue, put.id, lock="a1")
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        time.sleep(0.8)
    assert runs.started == []
    assert port.stop("a1")


class Slow(FakeTargets):
    """Each look takes a moment, and is counted."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0

    def identify(self, targets: Sequence[Target]) -> dict[str, Identity | str]:
        self.looks += 1
        time.sleep(4.0)
        return super().identify(targets)


def test_a_visit_that_is_being_made_is_not_made_again_when_the_server_comes_back(
    world: ZoneWorld, runs: FakePlaybooks
) -> None:
    world.enrolled("n1")
    line, slow = Unheard(AtHand(world.gateway, "n1")), Slow()
    zone = world.zone()
    with at_work(world.node("n1", only(runs), hosts(slow), courier=line)):
        call = zone.put(_visit())
        until(lambda: slow.looks == 1)
        line.dies.set()
        time.sleep(0.4)
        line.dies.clear()
        answer = zone.awaited(call, 20.0)
    assert answer is not None
    assert answer.identities is not None
    assert slow.looks == 1


def _visit() -> Identify:
    target = Target(host="web1", address="192.0.2.1", zone=ZONE)
    return Identify.model_validate({"hosts": {"targets": [target]}})
