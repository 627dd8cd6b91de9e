"""What every way to run playbooks keeps: the fake in memory, and Ansible in detached workers."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.adapters.queue import ProcrastinateJobs, QueueConnection, SqlExchange, SqlNodeBook
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.attempt_sighting import Sighting
from orchestrator.engine.ports import PlaybookRuns
from orchestrator.engine.zoned_runs import ZonedRuns
from tests.fakes.clock import START, FakeClock
from tests.fakes.playbooks import FakePlaybooks, Script
from tests.fakes.targets import FakeTargets
from tests.worlds.zone import ZONE, ZoneWorld, at_work, hosts, only

RUNS = Path(__file__).parents[1] / "cases/runs"
WARM = WarmStart()
HOSTS = ("one", "two")


class Subject(ABC):
    """The port, another process' view of it, and three kinds of run."""

    @abstractmethod
    def port(self) -> PlaybookRuns: ...

    @abstractmethod
    def request(self, attempt: str, kind: str) -> AttemptRequest: ...

    @abstractmethod
    def times_run(self, attempt: str) -> int: ...


class Fake(Subject):
    def __init__(self) -> None:
        self._port = FakePlaybooks()
        self._port.script("deploy", None, Script(seen_running=1))

    def port(self) -> FakePlaybooks:
        return self._port

    def request(self, attempt: str, kind: str) -> AttemptRequest:
        if kind == "failing":
            self._port.script("deploy", HOSTS, Script(results={"one": "not_done"}))
        if kind == "long":
            self._port.script("deploy", None, Script(stays_running=True))
        return _request(attempt, kind, {})

    def times_run(self, attempt: str) -> int:
        return sum(request.attempt == attempt for request in self._port.started)


class Real(Subject):
    def __init__(self, root: Path) -> None:
        self._root = root

    def port(self) -> AnsiblePlaybooks:
        return AnsiblePlaybooks(self._root / "attempts", warm=WARM)

    def request(self, attempt: str, kind: str) -> AttemptRequest:
        more: dict[str, object] = (
            {"seconds": "60"} if kind == "long" else {"failing": ["one"]} if kind == "failing" else {}
        )
        return _request(attempt, kind, {"log": str(self._root / attempt), **more})

    def times_run(self, attempt: str) -> int:
        log = self._root / attempt
        return log.read_text().count(f"one {attempt}\n") if log.exists() else 0


class OfAZone(Real):
    """Ansible on a node, which a driver calls through the queue; both are of this machine."""

    def __init__(self, root: Path, world: ZoneWorld) -> None:
        super().__init__(root / "zone")
        self._root.mkdir()
        self.here, self._world = AnsiblePlaybooks(root / "attempts", warm=WARM), world

    def hands(self) -> PlaybookRuns:
        return AnsiblePlaybooks(self._root / "node attempts", warm=WARM)

    def port(self) -> PlaybookRuns:  # type: ignore[override]
        return ZonedRuns(self.here, self._world.playbooks)

    def request(self, attempt: str, kind: str) -> AttemptRequest:
        return super().request(attempt, kind).model_copy(update={"zone": ZONE})


def _request(attempt: str, kind: str, variables: dict[str, object]) -> AttemptRequest:
    # Both hosts are this machine, which cannot be done under two names; of the failing run only one gets to its end.
    hosts = HOSTS if kind == "failing" else HOSTS[:1]
    given = {
        "attempt": attempt,
        "deployment": "d1",
        "purpose": "deploy",
        "playbook": str(RUNS / "deploy.yml"),
    }
    rest = {
        "project": str(RUNS),
        "inventory": str(RUNS / "hosts.yml"),
        "hosts": hosts,
        "variables": variables,
    }
    return AttemptRequest.model_validate({**given, **rest})


@pytest.fixture(
    params=["fake", "real", "of a zone", pytest.param("of a zone on PostgreSQL", marks=pytest.mark.long)]
)
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    if not request.param.startswith("of a zone"):
        yield Fake() if request.param == "fake" else Real(tmp_path)
        return
    world = ZoneWorld(tmp_path)
    connection = None
    if request.param.endswith("PostgreSQL"):
        connection = QueueConnection(request.getfixturevalue("database_url"))
        world = ZoneWorld(
            tmp_path, ProcrastinateJobs(connection), SqlExchange(connection), SqlNodeBook(connection)
        )
    zone = OfAZone(tmp_path, world)
    with at_work(world.node("n1", only(zone.hands()), hosts(FakeTargets()))):
        yield zone
    if connection is not None:
        connection.close()


def ended(port: PlaybookRuns, attempt: str) -> Sighting:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        seen = port.sight(attempt)
        if seen.state in ("finished", "dead"):
            return seen
        time.sleep(0.02)
    raise AssertionError(f"{attempt} does not end")


def claimed(port: PlaybookRuns, attempt: str) -> None:
    deadline = time.monotonic() + 60
    while port.sight(attempt).worker_pid is None:
        assert time.monotonic() < deadline, f"nobody claims {attempt}"
        time.sleep(0.02)


def test_what_was_never_started_is_absent(subject: Subject) -> None:
    seen = subject.port().sight("a1")
    assert (seen.state, seen.outcome) == ("absent", None)
    assert subject.port().tasks_seen("a1") == []


def test_a_started_run_is_running_and_then_finished_with_every_host(subject: Subject) -> None:
    subject.port().start(subject.request("a1", "good"))
    assert subject.port().sight("a1").state == "running"
    outcome = ended(subject.port(), "a1").outcome
    assert outcome is not None
    assert [(host.host, host.result) for host in outcome.hosts] == [("one", "done")]
    assert (outcome.attempt, outcome.faults) == ("a1", ())


def test_waiting_for_the_end_is_over_with_it_or_with_the_time(subject: Subject) -> None:
    port, clock = subject.port(), FakeClock()
    port.await_end("a1", clock, 0.01)
    port.start(subject.request("a1", "long"))
    claimed(port, "a1")
    before = time.monotonic()
    port.await_end("a1", clock, 0.3)
    assert clock.now() >= START + timedelta(seconds=0.3) or time.monotonic() - before >= 0.3
    ending = threading.Timer(0.3, port.stop, ["a1"])
    ending.start()
    before = time.monotonic()
    port.await_end("a1", clock, 40.0)
    assert time.monotonic() - before < 30
    ending.join()
    assert port.sight("a1").state == "dead"
    port.await_end("a1", clock, 0.01)


def test_a_failed_host_does_not_void_its_sibling(subject: Subject) -> None:
    subject.port().start(subject.request("a1", "failing"))
    outcome = ended(subject.port(), "a1").outcome
    assert outcome is not None
    assert [(host.host, host.result) for host in outcome.hosts] == [("one", "not_done"), ("two", "done")]


def test_a_second_start_runs_nothing_twice(subject: Subject) -> None:
    request = subject.request("a1", "good")
    for _ in range(3):
        subject.port().start(request)
    first = ended(subject.port(), "a1")
    subject.port().start(request)
    assert ended(subject.port(), "a1") == first
    assert subject.times_run("a1") == 1


def test_making_ready_and_letting_go_changes_no_run(subject: Subject) -> None:
    port, request = subject.port(), subject.request("a1", "good")
    port.make_ready("/nowhere")
    port.make_ready(request.project)
    port.start(request)
    port.let_go()
    port.let_go()
    ended(port, "a1")
    port.start(subject.request("a2", "good"))
    port.let_go()
    assert [ended(port, name).state for name in ("a1", "a2")] == ["finished", "finished"]
    assert [subject.times_run(name) for name in ("a1", "a2")] == [1, 1]


def test_tasks_are_numbered_and_told_from_a_number_on(subject: Subject) -> None:
    subject.port().start(subject.request("a1", "good"))
    ended(subject.port(), "a1")
    tasks = subject.port().tasks_seen("a1")
    assert {task.host for task in tasks} == {"one"}
    numbers = [task.number for task in tasks]
    assert numbers == sorted(set(numbers))
    assert subject.port().tasks_seen("a1", after=numbers[0]) == tasks[1:]
    assert subject.port().tasks_seen("a1", after=numbers[-1]) == []


def test_a_stopped_run_is_dead_and_no_host_of_it_done(subject: Subject) -> None:
    subject.port().start(subject.request("a1", "long"))
    assert subject.port().sight("a1").state == "running"
    assert subject.port().stop("a1")
    seen = subject.port().sight("a1")
    assert seen.state == "dead"
    assert seen.outcome is not None
    assert "done" not in {host.result for host in seen.outcome.hosts}
    assert seen.outcome.faults


def test_stopping_what_has_finished_changes_nothing(subject: Subject) -> None:
    subject.port().start(subject.request("a1", "good"))
    first = ended(subject.port(), "a1")
    assert subject.port().stop("a1")
    assert subject.port().sight("a1") == first


def test_stopping_what_was_never_started(subject: Subject) -> None:
    assert subject.port().stop("a1")
    assert subject.port().sight("a1").state == "absent"


def test_it_says_which_versions_run_here(subject: Subject) -> None:
    software = subject.port().software(Path("/nowhere"), ["site.yml"])
    assert {"orch", "ansible-core"} <= software.versions.keys()
    assert all(version[:1].isdigit() for version in software.versions.values())
    assert software.core[:1].isdigit()
    assert software.python[:1].isdigit()
    assert software.collections == ()
