"""A retry where a release has stages: what runs once is not run again unasked."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import Refused
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.stages import ran, staged

HOSTS = ("h1", "h2")
FIRST: dict[str, Any] = {
    "name": "files",
    "on": "h*",
    "playbook": "playbooks/files.yml",
    "acceptance": [{"tcp": 22}],
    "backout": "rollback/files.yml",
}
ONCE = {**FIRST, "name": "migrate", "once": True, "playbook": "playbooks/migrate.yml"}
LAST = {**FIRST, "name": "switch", "playbook": "playbooks/switch.yml"}


def held(stages: list[dict[str, Any]], **strategy: Any) -> Fleet:
    tree = staged(stages, on_failure="hold")
    tree["strategy"] |= strategy
    return Fleet(tree, HOSTS)


def runs_of(fleet: Fleet, name: str) -> list[tuple[str, ...]]:
    return [hosts for playbook, hosts in ran(fleet) if playbook == f"playbooks/{name}.yml"]


def test_a_step_that_its_checks_rejected_is_not_run_again_by_a_retry() -> None:
    fleet = held([ONCE, LAST])
    fleet.targets.machine("h1").script("tcp 22", ("failed", "refused"))
    d = fleet.deploy()
    assert (d.state, d.driving.hold is not None) == (State.VERIFYING_WAVE, True)
    with pytest.raises(Refused, match=r"migrate runs once, and has run.*orch retry .* --again --reason WHY"):
        fleet.say(d, e.Retried(by="ann", reason="try again"))
    fleet.targets.machine("h1").script("tcp 22", ("passed", "open"))
    fleet.say(d, e.Retried(by="ann", reason="it may run again", again=True))
    assert fleet.resume().state is State.COMPLETED
    assert runs_of(fleet, "migrate") == [("h1",), ("h1",)]
