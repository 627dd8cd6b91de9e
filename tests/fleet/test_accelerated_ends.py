"""Whatever of an accelerated run is killed, nothing of it stays alive on hosts."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.lab.fleet import Lab
from tests.chaos.real.faults import agents
from tests.fleet.ansible_runs import Runs
from tests.fleet.labs import lab_for

HOSTS = ("web1", "web2")
WITHIN = 20.0
"""Seconds on a busy machine; on a quiet one it is well below one."""


@pytest.fixture(scope="module")
def hosts() -> Iterator[Lab]:
    with lab_for("ends", 2, light=True) as made:
        yield made


class Run:
    """A run at work: a task of the login user and one of root on each host, each a program that would last."""

    def __init__(self, folder: Path, lab: Lab) -> None:
        self.lab = lab
        self.project = folder / "project"
        self.project.mkdir()
        lasting = {"ansible.builtin.command": "sleep 4321", "name": "Last"}
        together = [
            {**lasting, "when": "inventory_hostname == 'web1'"},
            {**lasting, "become": True, "name": "Last as root"},
        ]
        (self.project / "site.yml").write_text(
            json.dumps([{"hosts": "web1:web2", "strategy": "free", "gather_facts": False, "tasks": together}])
        )
        self.runs = Runs(folder, lab, project=self.project, accelerate="orch")
        self.request = self.runs.request("site.yml", HOSTS)
        self.runs.playbooks.start(self.request)
        self.mark = AttemptFolder(self.runs.root / "attempts", self.request.attempt).mark()
        _until(lambda: len(self.sleeping()) >= len(HOSTS), 90, "no task is at work")

    def sleeping(self, host: str | None = None) -> list[int]:
        """The programs of its tasks, on one host or on all."""
        among = HOSTS if host is None else (host,)
        return [pid for name in among for pid in _of_host(self.lab, name, b"sleep\x004321")]

    def agents(self, host: str | None = None) -> list[int]:
        """What the accelerator runs on hosts: the program of the login, and interpreters."""
        among = HOSTS if host is None else (host,)
        return [pid for name in among for pid in agents(self.lab.paths.host(name).root)]

    def layer(self, number: int) -> list[int]:
        """Its Pythons on both hosts by their place: 0 the program of a login, 1 an interpreter, 2 what runs a module."""
        pythons = {pid for pid in self.agents() if _program(pid).startswith("python")}
        return [pid for pid in pythons if len(set(_ancestors(pid)) & pythons) == number]

    def here(self, words: str) -> list[int]:
        """Its processes on this machine whose command line has these words."""
        pids = []
        for pid in process.tree(marker=self.mark, group=None):
            with suppress(OSError):
                if words in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                    pids.append(pid)
        return pids

    def worker(self) -> list[int]:
        pid = self.runs.playbooks.sight(self.request.attempt).worker_pid
        return [] if pid is None else [pid]

    def playbook(self) -> list[int]:
        """The process of Ansible: the one that started ssh."""
        return list({_parent(pid) for pid in self.ssh()})

    def ssh(self) -> list[int]:
        return [pid for pid in self.here("ssh ") if _program(pid) == "ssh"]


def _program(pid: int) -> str:
    return Path(f"/proc/{pid}/exe").resolve().name


def _ancestors(pid: int) -> list[int]:
    parent = _parent(pid)
    return [parent, *_ancestors(parent)] if parent > 1 else []


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _of_host(lab: Lab, host: str, command: bytes) -> list[int]:
    machine, pids = lab.paths.host(host).root / "etc/machine-id", []
    for entry in (each for each in Path("/proc").iterdir() if each.name.isdigit()):
        with suppress(OSError):
            begins = (entry / "cmdline").read_bytes().startswith(command)
            if begins and (entry / "root/etc/machine-id").samefile(machine):
                pids.append(int(entry.name))
    return pids


def _until(reached: Callable[[], bool], seconds: float, words: str) -> float:
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < seconds, words
        time.sleep(0.05)
    return time.monotonic() - began


def _kill(pids: list[int]) -> None:
    assert pids, "there is nothing to kill"
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def run(tmp_path: Path, hosts: Lab) -> Iterator[Run]:
    made = Run(tmp_path, hosts)
    yield made
    made.runs.playbooks.stop(made.request.attempt)
    for pid in made.sleeping():
        os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["worker", "playbook", "ssh", "login", "interpreter"])
def test_nothing_stays_alive_on_hosts(run: Run, part: str) -> None:
    victims: dict[str, Callable[[], list[int]]] = {
        "worker": run.worker,
        "playbook": run.playbook,
        "ssh": run.ssh,
        "login": lambda: run.layer(0),
        "interpreter": lambda: run.layer(1),
    }
    _kill(victims[part]())
    if part == "worker":
        # What it was to watch is at work still; whoever finds the attempt dead ends it.
        assert run.runs.playbooks.stop(run.request.attempt)
    took = _until(lambda: not run.sleeping(), WITHIN, f"still there: {run.sleeping()}")
    if part in ("ssh", "login", "interpreter"):
        outcome = run.runs.until(run.request.attempt, "finished").outcome
        assert outcome is not None
        assert {host.result for host in outcome.hosts} <= {"unknown", "not_done"}
    took += _until(lambda: not run.agents(), WITHIN, f"agents: {run.agents()}")
    print(f"{part}: nothing left after {took:.2f} s")
