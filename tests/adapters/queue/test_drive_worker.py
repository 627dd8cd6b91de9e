"""Workers of `drive` jobs as processes: a deployment of a dead one is taken up, and one that ends leaves what it has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.queue import ProcrastinateJobs, QueueConnection, QueuedDrivers
from orchestrator.engine.node_ports import DRIVE
from tests.store import postgres

_WORKER = """
import sys, time
from orchestrator.adapters.queue import DriveWorker, QueueConnection
seen = []
def drive(deployment, leaving):
    tried = seen.count(deployment)
    seen.append(deployment)
    print("drives", deployment, tried, flush=True)
    for _ in range(int(float(sys.argv[2]) * 20)):
        time.sleep(0.05)
        if leaving():
            return 0.0
    if deployment == "broken" and tried == 0:
        raise RuntimeError("no store")
    return None
DriveWorker(QueueConnection(sys.argv[1]), drive, silent=4.0).run()
print("ended", flush=True)
"""


@pytest.fixture
def connection(database_url: str) -> Iterator[QueueConnection]:
    opened = QueueConnection(database_url)
    yield opened
    opened.close()


def worker(url: str, log: Path, seconds: float) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-c", _WORKER, url, str(seconds)], stdout=output, stderr=output
        )


def until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not seen():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.1)


def test_a_job_is_driven_to_its_end(connection: QueueConnection, database_url: str, tmp_path: Path) -> None:
    drivers = QueuedDrivers(ProcrastinateJobs(connection))
    assert (drivers.alive("d1"), drivers.last_words("d1")) == (False, "")
    drivers.begin("d1", "ann")
    drivers.begin("d1", "ann")
    assert drivers.alive("d1")
    process = worker(database_url, tmp_path / "w1", 0.2)
    until(lambda: not drivers.alive("d1"))
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert (tmp_path / "w1").read_text() == "drives d1 0\nended\n"


def test_what_a_dead_worker_had_is_taken_up_and_what_one_leaves_waits(
    connection: QueueConnection, database_url: str, tmp_path: Path
) -> None:
    jobs = ProcrastinateJobs(connection)
    number = jobs.put("drive", "drive", "d1", lock="drive d1", once=True)
    assert number is not None
    first = worker(database_url, tmp_path / "w1", 100)
    until(lambda: "drives d1 0" in (tmp_path / "w1").read_text())
    second = worker(database_url, tmp_path / "w2", 100)
    time.sleep(6)
    assert "drives" not in (tmp_path / "w2").read_text(), "the first one still drives it"
    first.kill()
    first.wait(10)
    until(lambda: "drives d1 0" in (tmp_path / "w2").read_text())
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    assert jobs.state(number) == "waiting"
    assert "Traceback" not in (tmp_path / "w2").read_text()


@pytest.mark.long
def test_a_deployment_that_could_not_be_driven_waits_and_is_not_given_up(
    connection: QueueConnection, database_url: str, tmp_path: Path
) -> None:
    jobs = ProcrastinateJobs(connection)
    number = jobs.put("drive", "drive", "broken", lock="drive broken", once=True)
    assert number is not None
    process = worker(database_url, tmp_path / "w1", 0.1)
    until(lambda: "drives broken 0" in (tmp_path / "w1").read_text())
    until(lambda: jobs.state(number) == "waiting")
    until(lambda: "drives broken 1" in (tmp_path / "w1").read_text())
    until(lambda: jobs.state(number) == "over")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_a_second_job_of_a_deployment_is_taken_though_the_first_should_be_tried_again(
    connection: QueueConnection, database_url: str, tmp_path: Path
) -> None:
    jobs = ProcrastinateJobs(connection)
    first = jobs.put("drive", "drive", "broken", lock="drive broken", once=True)
    process = worker(database_url, tmp_path / "w1", 2.0)
    until(lambda: "drives broken 0" in (tmp_path / "w1").read_text())
    second = jobs.put("drive", "drive", "broken", lock="drive broken", once=True)
    assert second is not None
    until(lambda: jobs.state(first or 0) == "over")
    until(lambda: (tmp_path / "w1").read_text().count("drives broken") > 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_what_a_worker_says_of_a_turn_that_is_over_does_not_end_the_job(
    connection: QueueConnection, database_url: str, tmp_path: Path
) -> None:
    """It was not heard of, and another put the job back; whoever asks then for the deployment relies on that job."""
    jobs, log = ProcrastinateJobs(connection), tmp_path / "w1"
    number = jobs.put("drive", "drive", "d1", lock="drive d1", once=True) or 0
    process = worker(database_url, log, 1.5)
    until(lambda: "drives d1 0" in log.read_text())
    jobs.put_back(number, 3.5)
    assert jobs.put("drive", "drive", "d1", lock="drive d1", once=True) is None, "it waits already"
    time.sleep(2.5)
    assert jobs.state(number) == "waiting", "the first turn is over, and the job is not"
    until(lambda: "drives d1 1" in log.read_text())
    until(lambda: jobs.state(number) == "over")
    assert "Traceback" not in log.read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_a_turn_that_comes_back_to_the_worker_that_is_at_it_waits_for_it(
    connection: QueueConnection, database_url: str, tmp_path: Path
) -> None:
    jobs, log = ProcrastinateJobs(connection), tmp_path / "w1"
    number = jobs.put("drive", "drive", "d1", lock="drive d1", once=True) or 0
    process = worker(database_url, log, 2.5)
    until(lambda: "drives d1 0" in log.read_text())
    jobs.put_back(number)
    time.sleep(2.0)
    assert log.read_text() == "drives d1 0\n", "not beside itself"
    until(lambda: "drives d1 1" in log.read_text())
    until(lambda: jobs.state(number) == "over")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


_STARTS_NOTHING = """
import sys
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.queue import DriveWorker, QueueConnection
from orchestrator.engine.use_cases.fruitless_starts import FruitlessStarts
fruitless = FruitlessStarts(SystemClock())
def drive(deployment, leaving):
    offer = fruitless.offer_after(deployment)
    if offer is None:
        print("tries", deployment, flush=True)
        offer = fruitless.add(deployment)
    return offer
DriveWorker(QueueConnection(sys.argv[1]), drive).run()
"""


def test_what_a_worker_cannot_start_the_next_one_has_within_seconds(
    connection: QueueConnection, database_url: str, tmp_path: Path
) -> None:
    """Its disk is full, or its installation broken: it is the first to look, again and again."""
    jobs, broken = ProcrastinateJobs(connection), tmp_path / "broken"
    numbers = [jobs.put("drive", "drive", f"d{each}", lock=f"drive d{each}", once=True) for each in range(6)]
    with broken.open("wb") as output:
        first = subprocess.Popen(
            [sys.executable, "-c", _STARTS_NOTHING, database_url], stdout=output, stderr=output
        )
    until(lambda: broken.read_text().count("tries") == len(numbers))
    second = worker(database_url, tmp_path / "well", 0.1)
    until(lambda: "drives" in (tmp_path / "well").read_text())
    began = time.monotonic()
    until(lambda: all(jobs.state(number or 0) == "over" for number in numbers))
    assert time.monotonic() - began < 30
    for process in (first, second):
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


_CROWD = """
import sys
from threading import Barrier
from orchestrator.adapters.queue import DriveWorker, QueueConnection
number = int(sys.argv[2])
met = Barrier(number)
def drive(deployment, leaving):
    met.wait(60)
    print("met", flush=True)
DriveWorker(QueueConnection(sys.argv[1]), drive, at_once=number).run()
"""


def test_all_that_a_worker_takes_at_once_is_driven_at_once(
    connection: QueueConnection, database_url: str, tmp_path: Path
) -> None:
    """However few processors the machine has."""
    number, log = (os.cpu_count() or 1) + 6, tmp_path / "w1"
    jobs = ProcrastinateJobs(connection)
    for each in range(number):
        jobs.put("drive", "drive", f"d{each}", lock=f"drive d{each}", once=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _CROWD, database_url, str(number)], stdout=output, stderr=output
        )
    until(lambda: log.read_text().count("met") == number)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    reason = postgres.lacking()
    if reason is not None:
        pytest.skip(reason)
    with postgres.running() as started:
        yield started


@pytest.mark.long
def test_a_worker_outlives_a_restart_of_the_database(own_server: postgres.Server, tmp_path: Path) -> None:
    connection = QueueConnection(own_server.url)
    jobs = ProcrastinateJobs(connection)
    first = jobs.put("drive", "drive", "d1", lock="drive d1", once=True)
    process = worker(own_server.url, tmp_path / "w1", 4.0)
    until(lambda: "drives d1 0" in (tmp_path / "w1").read_text())
    own_server.stop()
    time.sleep(6)  # its heartbeat is due, and the job ends, while nobody answers
    assert process.poll() is None, (tmp_path / "w1").read_text()
    own_server.start()
    until(lambda: jobs.state(first or 0) == "over")
    second = jobs.put("drive", "drive", "d2", lock="drive d2", once=True)
    until(lambda: jobs.state(second or 0) == "over")
    assert "drives d2 0" in (tmp_path / "w1").read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    connection.close()


@pytest.mark.long
def test_a_worker_that_is_told_to_end_while_the_database_is_away_ends(
    own_server: postgres.Server, tmp_path: Path
) -> None:
    process = worker(own_server.url, tmp_path / "w1", 0.1)
    jobs = ProcrastinateJobs(connection := QueueConnection(own_server.url))
    first = jobs.put("drive", "drive", "d1", lock="drive d1", once=True)
    until(lambda: jobs.state(first or 0) == "over")
    connection.close()
    own_server.stop()
    time.sleep(2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) is not None
    own_server.start()


def test_a_job_that_was_given_to_a_worker_which_never_heard_of_it_is_taken_up(
    connection: QueueConnection, database_url: str, tmp_path: Path
) -> None:
    """The line broke between the answer of the database and the worker."""
    jobs = ProcrastinateJobs(connection)
    process = worker(database_url, tmp_path / "w1", 0.1)
    until(lambda: bool(connection.rows("SELECT id FROM procrastinate_workers")))
    [row] = connection.rows("SELECT id FROM procrastinate_workers")
    other = jobs.put("drive", "elsewhere", "d1", lock="drive d1", once=True)
    assert jobs.take(row["id"], ["elsewhere"]) is not None
    connection.act(
        "UPDATE procrastinate_jobs SET queue_name = %(queue)s WHERE id = %(id)s", queue=DRIVE, id=other
    )
    until(lambda: jobs.state(other or 0) == "over")
    assert "drives d1 0" in (tmp_path / "w1").read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
