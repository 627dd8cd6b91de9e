"""Runs on this machine over a local connection: no ssh and no lab, the worker and all around it real."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.attempt_sighting import Sighting
from tests.worlds.ansibles import CHOICE

RUNS = Path(__file__).parents[2] / "cases/runs"
# As the waves of a deployment, the runs of a test process come from one zygote: each of its own would import Ansible anew.
WARM = WarmStart(choice=CHOICE)


def told_by(program: str, *words: str, environment: dict[str, str] | None = None) -> str:
    """What a Python program says, in a process of its own: what it changes there is changed for the whole of it.

    All three streams are its own: Ansible refuses to be imported where another test made one of them non-blocking.
    """
    asked = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=Path(__file__).parents[3],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout


def request(attempt: str, playbook: str, project: Path = RUNS, **changes: Any) -> AttemptRequest:
    given = {"attempt": attempt, "deployment": "d1", "purpose": "deploy", "playbook": str(project / playbook)}
    rest = {"project": str(project), "inventory": str(RUNS / "hosts.yml"), "hosts": ("one",), "variables": {}}
    return AttemptRequest.model_validate({**given, **rest, **changes})


def until(playbooks: AnsiblePlaybooks, attempt: str, *states: str, seconds: float = 60.0) -> Sighting:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = playbooks.sight(attempt)
        if seen.state in states:
            return seen
        assert seen.state != "dead", f"{attempt} is dead: {seen.outcome}"
        time.sleep(0.02)
    raise AssertionError(f"{attempt} is {seen.state} and not {states} after {seconds} s")


def wait_for(path: Path, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not appear"
        time.sleep(0.02)


def sleepers(seconds: str) -> list[int]:
    """Processes `sleep SECONDS`, by what they run and not by whose they say they are."""
    pids = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"sleep") and seconds.encode() in words:
                pids.append(int(entry.name))
    return pids


def unique_seconds() -> str:
    return f"{600 + secrets.randbelow(300)}.{secrets.randbelow(10**6):06d}"
