"""`orch lab down`: nothing of the lab is left, also after `up` was killed on its way."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab, take_down
from tests.fleet.conftest import NewLab
from tests.fleet.kernel import left_of, processes_of

NOTHING: dict[str, list[str]] = {kind: [] for kind in left_of("none")}


def stage(kind: str) -> Callable[[str], bool]:
    return lambda lab: bool(left_of(lab)[kind])


# How far `up` has come when it is killed, in the order in which it comes there.
STAGES: dict[str, Callable[[str], bool]] = {
    "intent written": stage("folders"),
    "bridge made": stage("interfaces"),
    "namespace made": stage("namespaces"),
    "root mounted": stage("mounts"),
    "group made": stage("groups"),
    "host booting": stage("processes"),
    "several hosts booting": lambda lab: len(processes_of(lab)) > 9,
}


# make test has the one that leaves most.
SOME = [
    pytest.param(reached, id=name, marks=[] if name == "several hosts booting" else [pytest.mark.slow])
    for name, reached in STAGES.items()
]


def killed_up(name: str, reached: Callable[[str], bool], hosts: int = 3) -> None:
    """Start `orch lab up` and kill it with SIGKILL as soon as that stage is reached."""
    command = [sys.executable, "-m", "orchestrator", "lab", "up", "--name", name, "--hosts", str(hosts)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as up:
        deadline = time.monotonic() + 60
        while not reached(name):
            assert time.monotonic() < deadline, "the stage was never reached"
            assert up.poll() is None or reached(name), "up ended before it could be killed"
        up.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("reached", SOME)
def test_nothing_is_left_of_an_up_that_was_killed(lab_name: str, reached: Callable[[str], bool]) -> None:
    killed_up(lab_name, reached)
    take_down(lab_name)
    assert left_of(lab_name) == NOTHING


@pytest.mark.parametrize("reached", SOME)
def test_a_second_up_completes_one_that_was_killed(lab_name: str, reached: Callable[[str], bool]) -> None:
    killed_up(lab_name, reached)
    lab = Lab.up(lab_name, 3)
    assert all(
        lab.ssh(host.name, "systemctl is-system-running --wait").out == "running\n" for host in lab.hosts
    )


def test_nothing_is_left_without_any_record(new_lab: NewLab) -> None:
    lab = new_lab(2, light=True)
    lab.paths.state.unlink()
    lab.down()
    assert left_of(lab.name) == NOTHING


@pytest.mark.parametrize(
    "fault",
    ["freeze", *(pytest.param(each, marks=pytest.mark.slow) for each in ("cut", "hang", "fill", "kill"))],
)
def test_nothing_is_left_of_a_lab_with_a_fault(new_lab: NewLab, fault: str) -> None:
    lab = new_lab(2)
    assert left_of(lab.name) != NOTHING
    lab.fault("web1", fault)
    lab.down()
    assert left_of(lab.name) == NOTHING


def test_down_twice_does_no_harm(new_lab: NewLab) -> None:
    lab = new_lab(1, light=True)
    lab.down()
    lab.down()
    assert left_of(lab.name) == NOTHING


def test_a_process_in_a_hosts_folder_does_not_keep_the_lab(new_lab: NewLab) -> None:
    lab = new_lab(1, light=True)
    with subprocess.Popen(["sleep", "30"], cwd=lab.paths.host("web1").root) as sitting:
        try:
            lab.down()
        finally:
            sitting.terminate()
    assert left_of(lab.name) == NOTHING


def test_down_leaves_other_labs_whose_names_begin_alike(new_lab: NewLab, lab_name: str) -> None:
    longer = Lab.up(lab_name, 1, light=True)
    take_down(lab_name[:-1])
    assert longer.ssh("web1", "echo here").out == "here\n"


def test_two_ups_of_one_lab_at_once_make_one_lab(lab_name: str) -> None:
    command = [
        sys.executable,
        "-m",
        "orchestrator",
        "lab",
        "up",
        "--name",
        lab_name,
        "--hosts",
        "2",
        "--light",
    ]
    ups = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    errors = [up.communicate(timeout=60)[1] for up in ups]
    assert [up.returncode for up in ups] == [0, 0], errors
    assert sum("starting 2 light hosts" in words for words in errors) == 1
    assert all(sighting.reachable for sighting in Lab.find(lab_name).status())


def test_no_lock_file_is_left(new_lab: NewLab) -> None:
    lab = new_lab(1, light=True)
    lab.down()
    assert list(Path("/run/orch-lab").glob(f"lab.{lab.name}*")) == []
