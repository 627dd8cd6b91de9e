"""Runs of playbooks through the real adapter, for the tests."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.attempt_sighting import Sighting
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.lab.fleet import Lab
from tests.worlds.ansibles import CHOICE

CASES = Path(__file__).parents[1] / "cases"
ACCELERATED = [pytest.param(name, marks=pytest.mark.slow, id=name) for name in ("orch", "mitogen")]
"""What a plan can ask for to make its runs faster."""
EACH_WAY = [pytest.param(None, id="plain"), *ACCELERATED]
# As the waves of a deployment, the runs of a test process come from one zygote: each of its own would import Ansible anew.
WARM = WarmStart(choice=CHOICE)


@dataclass
class Runs:
    """A folder of attempts against a lab."""

    root: Path
    lab: Lab
    project: Path = CASES / "lying"
    inventory: Path | None = None
    number: int = 0
    claim_within: float = 15.0
    accelerate: str | None = None
    playbooks: AnsiblePlaybooks = field(init=False)

    def __post_init__(self) -> None:
        self.playbooks = AnsiblePlaybooks(
            self.root / "attempts", claim_within=self.claim_within, warm=WARM, choice=CHOICE
        )

    def request(
        self, playbook: str, hosts: tuple[str, ...] = ("web1", "web2"), **changes: Any
    ) -> AttemptRequest:
        self.number += 1
        given: dict[str, Any] = {
            "attempt": f"{Path(playbook).stem}-{os.getpid()}-{self.number}",
            "deployment": "d1",
            "purpose": "deploy",
            "playbook": str(self.project / playbook),
            "project": str(self.project),
            "inventory": str(self.inventory or self.lab.inventory),
            "hosts": hosts,
            "variables": {},
            "known_hosts": str(self.lab.known_hosts),
            "accelerate": self.accelerate,
        }
        return AttemptRequest.model_validate({**given, **changes})

    def run(self, playbook: str, hosts: tuple[str, ...] = ("web1", "web2"), **changes: Any) -> AttemptOutcome:
        request = self.request(playbook, hosts, **changes)
        self.playbooks.start(request)
        outcome = self.until(request.attempt, "finished").outcome
        assert outcome is not None
        return outcome

    def until(self, attempt: str, *states: str, seconds: float = 180.0) -> Sighting:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            seen = self.playbooks.sight(attempt)
            if seen.state in states:
                return seen
            time.sleep(0.02)
        raise AssertionError(f"{attempt} is still {seen.state} after {seconds} s, and not {states}")

    def read(self, attempt: str, name: str) -> str:
        return (self.root / "attempts" / attempt / name).read_text()


def results(outcome: AttemptOutcome) -> dict[str, str]:
    """The result of each host."""
    return {host.host: host.result for host in outcome.hosts}


def reasons(outcome: AttemptOutcome) -> str:
    """Everything that the outcome says in words."""
    return "\n".join([*outcome.faults, *(f"{host.host}: {host.reason}" for host in outcome.hosts)])


def with_hosts(runs: Runs, more: dict[str, dict[str, Any]]) -> Path:
    """The lab's inventory with more hosts in it, in the group web."""
    lines = [
        f"    {name}: {{{', '.join(f'{key}: {value}' for key, value in given.items())}}}"
        for name, given in more.items()
    ]
    text = runs.lab.inventory.read_text().replace(
        "web:\n  hosts:\n", "web:\n  hosts:\n" + "\n".join(lines) + "\n", 1
    )
    inventory = runs.root / "hosts.yml"
    inventory.write_text(text)
    return inventory
