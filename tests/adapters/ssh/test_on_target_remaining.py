"""What a run left on a host is found and ended: processes of this machine, with marks of runs that never were."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ssh.on_target.items import run_processes
from orchestrator.adapters.ssh.on_target.remaining import look

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
)


class Left:
    """Processes with the mark of a run, that end with the test."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.begun: list[subprocess.Popen[bytes]] = []

    def begin(self, *command: str, run: str = "") -> int:
        marked = {**os.environ, "ORCH_RUN": run or self.run}
        self.begun.append(
            subprocess.Popen(command, env=marked, stdout=subprocess.PIPE, start_new_session=True)
        )
        return self.begun[-1].pid

    def look(self, **more: Any) -> dict[str, Any]:
        usual = {"end": [], "awaited": [], "expected": [], "patience": 0.0}
        return look({self.run: 0}, **{**usual, **more})


@pytest.fixture
def left() -> Iterator[Left]:
    made = Left(f"d{os.getpid()}.1-deploy")
    yield made
    for process in made.begun:
        process.kill()
        process.wait()


def test_what_is_not_to_be_ended_is_named_and_lives_on(left: Left) -> None:
    pid = left.begin("sleep", "60")
    (process,) = left.look()["left"]
    assert (process["pid"], process["program"], process["run"], process["marked"]) == (
        pid,
        "sleep",
        left.run,
        True,
    )
    assert left.begun[0].poll() is None


def test_what_goes_by_itself_at_once_is_not_named(left: Left) -> None:
    left.begin("sleep", "0.1")
    assert left.look()["left"] == []


def test_what_is_to_be_ended_is_asked_and_then_made_to(left: Left) -> None:
    usual = left.begin("sleep", "60")
    stubborn = left.begin(sys.executable, "-c", STUBBORN)
    other = left.begin("sleep", "60", run=f"{left.run}-of-others")
    assert left.begun[1].stdout is not None
    left.begun[1].stdout.readline()
    seen = left.look(end=[left.run])
    assert ({process["pid"] for process in seen["ended"]}, seen["left"]) == ({usual, stubborn}, [])
    assert [process.poll() is None for process in left.begun] == [False, False, True]
    assert left.begun[2].pid == other


def test_what_a_backout_left_gets_its_time_unless_it_is_to_stay(left: Left) -> None:
    left.begin("sleep", "1.5")
    began = time.monotonic()
    assert left.look(awaited=[left.run], patience=20.0)["left"] == []
    assert 0.5 < time.monotonic() - began < 15
    left.begin("sleep", "60")
    began = time.monotonic()
    assert left.look(awaited=[left.run], expected=["sleep"], patience=20.0)["left"]
    assert time.monotonic() - began < 10


def test_a_job_of_at_is_known_by_its_mark_and_taken_away(tmp_path: Path) -> None:
    folders = (str(tmp_path), str(tmp_path / "none"))
    for name, run in (("a0001", "d1.1-deploy"), ("a0002", "d2.1-deploy")):
        (tmp_path / name).write_text(f"#!/bin/sh\numask 22\nORCH_RUN={run}; export ORCH_RUN\nsleep 1\n")
    (job,) = run_processes.jobs_of({"d1.1-deploy": 0}, folders)
    assert (job["pid"], job["unit"], job["run"]) == (0, "a0001", "d1.1-deploy")
    run_processes.end_job("a0001", folders)
    assert run_processes.jobs_of({"d1.1-deploy": 0}, folders) == []
    assert (tmp_path / "a0002").exists()


@pytest.mark.parametrize("text", ["", "7\n", "7 8 9\n", "seven 8\n", "7 4294967295\n", "7 \ud800\n", "9 8\n"])
def test_a_file_of_logins_that_makes_no_sense_names_no_login(tmp_path: Path, text: str) -> None:
    (tmp_path / "logins").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert run_processes.logins_of({7: "d1.1-deploy"}, str(tmp_path / "logins")) == {}


def test_each_login_is_of_the_run_of_its_epoch(tmp_path: Path) -> None:
    (tmp_path / "logins").write_text("7 100\n8 101\n7 102\n")
    runs = {7: "d1.1-deploy", 8: "d1.2-backout"}
    assert run_processes.logins_of(runs, str(tmp_path / "logins")) == {
        100: "d1.1-deploy",
        101: "d1.2-backout",
        102: "d1.1-deploy",
    }
