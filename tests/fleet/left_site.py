"""A project whose tasks leave processes behind, and `orch` over it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.lab.fleet import Lab

CASES = Path(__file__).parents[1] / "cases" / "left_processes"


class Ended(NamedTuple):
    """A deployment that is over: its exit code, its events by kind, its result and what was printed."""

    code: int
    events: dict[str, list[dict[str, Any]]]
    result: dict[str, Any]


def deployed(lab: Lab, folder: Path, **places: str) -> Ended:
    """`orch deploy` of the project with these places filled in, to its end."""
    project = folder / "project"
    shutil.copytree(CASES, project)
    (project / "inventories").mkdir()
    shutil.copy(lab.inventory, project / "inventories/hosts.yml")
    plan = project / "plans/app.yml"
    text = plan.read_text()
    usual = {
        "HOSTS": "web1",
        "WAY": "",
        "BACK": "",
        "BAD_ON": "none",
        "LIMIT": "0",
        "ACCELERATE": "",
        "LEAVES": "",
    }
    for place, value in {**usual, **places}.items():
        text = text.replace(f"@{place}@", value)
    plan.write_text(text)
    return ended_of(orch(folder, "deploy", "plans/app.yml", "--json"))


def orch(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command in the project."""
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=folder / "project",
        env={**os.environ, "ORCH_HOME": str(folder / "orch"), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


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
