"""A small project of tests/cases over a lab, and `orch` in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.lab.fleet import Lab
from tests.worlds.orch_process import orch_in

CASES = Path(__file__).parents[1] / "cases"


class Ended(NamedTuple):
    """A deployment that is over: its exit code, its events by kind, and its result."""

    code: int
    events: dict[str, list[dict[str, Any]]]
    result: dict[str, Any]


class SmallSite:
    """The project of a case in a folder, with the places of its plan filled in."""

    def __init__(self, lab: Lab, folder: Path, case: str, places: Mapping[str, str]) -> None:
        self.project = folder / "project"
        self.environment = {**os.environ, "ORCH_HOME": str(folder / "orch"), "LANG": "C.UTF-8"}
        shutil.copytree(CASES / case, self.project)
        (self.project / "inventories").mkdir()
        shutil.copy(lab.inventory, self.project / "inventories/hosts.yml")
        plan = self.project / "plans/app.yml"
        text = plan.read_text()
        for place, value in places.items():
            text = text.replace(f"@{place}@", value)
        plan.write_text(text)

    def orch(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command in the project."""
        return orch_in(self.project, self.environment, *words)

    def deployed(self) -> Ended:
        """`orch deploy`, to its end."""
        return ended_of(self.orch("deploy", "plans/app.yml", "--json"))

    def driver(self, *words: str) -> subprocess.Popen[str]:
        """A command, by default `orch deploy`, as a process whose lines are to be read."""
        return subprocess.Popen(
            [sys.executable, "-m", "orchestrator", *(words or ("deploy", "plans/app.yml", "--json"))],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )


def events_of(driver: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """The events of a driver, each as soon as it is printed; the result line last."""
    assert driver.stdout is not None
    for line in map(json.loads, driver.stdout):
        yield line.get("event", line)


def ended_of(ended: subprocess.CompletedProcess[str]) -> Ended:
    """What a command with --json printed."""
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert lines, ended.stderr
    events: dict[str, list[dict[str, Any]]] = {}
    for event in (line["event"] for line in lines if "event" in line):
        events.setdefault(event["kind"], []).append(event)
    return Ended(ended.returncode, events, lines[-1])


def alive(lab: Lab, host: str, pid: int) -> bool:
    """Whether a process lives there."""
    return lab.ssh(host, f"test -d /proc/{pid}").code == 0
