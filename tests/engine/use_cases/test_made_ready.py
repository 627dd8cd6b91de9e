"""Playbooks are made ready while hosts are asked, before the first attempt, and let go when the driver ends."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.engine.use_cases.deployment_commands import deploy
from orchestrator.errors import StoreFault
from tests.fakes.playbooks import FakePlaybooks
from tests.worlds.fleet import shop_fleet

APPROVED = {"change manager": "cora"}


class Watched(FakePlaybooks):
    """Notes for which projects it was ready when a run began."""

    def __init__(self) -> None:
        super().__init__()
        self.at_start: list[set[str]] = []

    def start(self, request: AttemptRequest) -> None:
        self.at_start.append(set(self.ready))
        super().start(request)


def driven(home: Path, fault: StoreFault | None = None) -> Watched:
    made = shop_fleet(home)
    watched = Watched()
    watched.fault = fault
    ports = replace(made.ports, playbooks=watched)
    deploy(ports, Path("plan.yml"), by="ann", approvals=APPROVED, watch=lambda record: None)
    return watched


def test_every_attempt_finds_its_project_ready_and_nothing_stays(tmp_path: Path) -> None:
    watched = driven(tmp_path)
    project = watched.started[0].project
    assert watched.at_start == [{project}] * len(watched.at_start)
    assert watched.ready == set()


def test_nothing_stays_where_the_driver_breaks_off(tmp_path: Path) -> None:
    with pytest.raises(StoreFault):
        driven(tmp_path, StoreFault("no room"))
