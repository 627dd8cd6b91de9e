"""A retry where a release has stages: what runs once is not run again unasked, and a later stage is no second chance."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
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
    fleet.say(d, e.Retried(by="ann", reason="ask again"))
    d = fleet.resume()
    assert (d.state, runs_of(fleet, "migrate")) == (State.VERIFYING_WAVE, [("h1",)])
    fleet.targets.machine("h1").script("tcp 22", ("passed", "open"))
    fleet.say(d, e.Retried(by="ann", reason="it may run again", again=True))
    assert fleet.resume().state is State.COMPLETED
    assert runs_of(fleet, "migrate") == [("h1",), ("h1",)]


LIMITS = {"failure_limit": {"wave": 1, "overall": 1}}


@pytest.mark.parametrize("again", [False, True], ids=["retry", "retry --again"])
def test_a_host_that_an_earlier_stage_left_down_is_not_brought_into_a_later_one(*, again: bool) -> None:
    fleet = held([FIRST, LAST], **LIMITS)
    fleet.playbooks.script("deploy", ["h1", "h2"], Script(results={"h1": "not_done"}))
    fleet.playbooks.script("deploy", ["h2"], Script(results={"h2": "not_done"}))
    d = fleet.deploy()
    assert (d.stage.name, d.driving.hold is not None) == ("switch", True)
    fleet.playbooks.script("deploy", ["h2"], Script())
    fleet.say(d, e.Retried(by="ann", reason="the disk is larger now", again=again))
    d = fleet.resume()
    assert runs_of(fleet, "switch") == [("h2",), ("h2",)]
    assert (d.state, d.standings["h1"].standing) == (State.COMPLETED_WITH_EXCEPTIONS, "failed")


def test_a_host_that_an_earlier_stage_left_down_is_not_verified_by_a_retry_of_a_later_soak() -> None:
    soaking = {**LAST, "gate": {"soak": "2s", "every": "1s"}, "acceptance": [{"unit": "app"}]}
    fleet = held([{**FIRST, "gate": {"soak": "2s", "every": "1s"}}, soaking], **LIMITS)
    first, second = fleet.targets.machine("h1"), fleet.targets.machine("h2")
    first.script("tcp 22", ("passed", "open"), ("failed", "refused"))
    second.script("unit app", ("passed", "active"), ("failed", "dead"))
    d = fleet.deploy()
    assert (d.stage.name, d.state, d.driving.hold is not None) == ("switch", State.AT_GATE, True)
    first.script("tcp 22", ("passed", "open"))
    second.script("unit app", ("passed", "active"))
    fleet.say(d, e.Retried(by="ann", reason="it was slow"))
    d = fleet.resume()
    assert runs_of(fleet, "switch") == [("h2",)]
    assert (d.state, d.standings["h1"].standing) == (State.COMPLETED_WITH_EXCEPTIONS, "failed")
