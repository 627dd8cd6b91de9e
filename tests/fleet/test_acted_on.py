"""What tasks do on other hosts than their own, on real hosts: the outcome names each, also where the run is killed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from orchestrator.domain.evidence.acted_on import ActedOn
from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import EACH_WAY, Runs, reasons, results

DECLARED = Allowance(delegates=("localhost", "pool_server", "web2", "web3", "web4"))
POOL = ActedOn(host="web2", by=("web1",), task="Set the pool")
EVERYWHERE = (
    POOL,
    ActedOn(host="localhost", by=("web1",), task="Drain"),
    ActedOn(host="web3", by=("web1",), task="Drain"),
)


def fleet_of(lab: Lab, *hosts: str) -> dict[str, str]:
    return {host.name: f"{host.address}:22" for host in lab.hosts if host.name in hosts}


@pytest.mark.parametrize("accelerate", EACH_WAY)
def test_every_host_that_a_task_acts_on_is_named(tmp_path: Path, light_lab: Lab, accelerate: str) -> None:
    """By another name in the inventory, in a loop, with run_once; a task that only looks is none."""
    runs = Runs(tmp_path, light_lab, accelerate=accelerate)
    fleet = fleet_of(light_lab, "web1", "web2")
    outcome = runs.run("acts_elsewhere.yml", ("web1",), allowance=DECLARED, fleet=fleet)
    assert (results(outcome), outcome.faults) == ({"web1": "done"}, ()), reasons(outcome)
    assert outcome.acted_on == EVERYWHERE


@pytest.mark.slow
def test_a_killed_run_had_written_down_what_it_began_elsewhere(tmp_path: Path, light_lab: Lab) -> None:
    runs = Runs(tmp_path, light_lab)
    fleet = fleet_of(light_lab, "web1", "web2", "web3")
    request = runs.request(
        "acts_elsewhere.yml", ("web1",), allowance=DECLARED, fleet=fleet, variables={"orch_seconds": 60}
    )
    runs.playbooks.start(request)
    deadline = time.monotonic() + 60
    while not any(seen.task == "Wait" for seen in runs.playbooks.tasks_seen(request.attempt)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert runs.playbooks.stop(request.attempt)
    left = runs.playbooks.sight(request.attempt).outcome
    assert left is not None
    assert left.acted_on[0] == POOL
    assert {act.host for act in left.acted_on} == {"web2", "localhost", "web3"}
