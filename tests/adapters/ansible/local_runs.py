"""Runs on this machine over a local connection: no ssh and no lab, the worker and all around it real."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.attempt import AttemptRequest
from orchestrator.domain.sighting import Sighting

RUNS = Path(__file__).parents[2] / "cases/runs"


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
