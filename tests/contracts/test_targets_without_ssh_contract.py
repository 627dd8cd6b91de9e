"""What the hosts port keeps for hosts without ssh: through real Ansible, in memory, and each behind the port that routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.visits import AnsibleTargets
from orchestrator.adapters.ansible.visits.visit import Visits
from orchestrator.adapters.clock import SystemClock
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.evidence.module_question import ModuleFacts
from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.target import Ending, Identity, Target, Through
from orchestrator.engine.ports import Targets, VisitGround
from orchestrator.engine.routed_targets import RoutedTargets
from orchestrator.policy.evidence.drift import compare, summary_lines
from tests.adapters.ansible.local_runs import WARM
from tests.fakes.targets import FakeTargets
from tests.worlds.ansibles import CHOICE
from tests.worlds.appliance import appliances, project

URI = "ansible.builtin.uri"
STATE = {"url": "{{ api }}/state"}
IDENTITY = ModuleFacts(module=URI, args={"url": "{{ api }}/identity"}, keep=("json.serial",))
SCOPE = BaselineScope.model_validate(
    {"facts": [{"name": "state", "module": URI, "args": STATE, "keep": ["json.version"]}]}
)


def asks(version: str) -> Check:
    expect = [{"value": "json.version", "equals": version}]
    return TypeAdapter[Check](Check).validate_python(
        {"module": {"name": URI, "args": STATE, "expect": expect}, "title": f"version {version}"}
    )


CHECKS = [asks("1.0"), asks("9.9")]
ANSWERS = ["passed", "failed"]


@dataclass
class Stage:
    """One host that answers and one that does not; `change` changes the version of the first."""

    port: Targets
    good: Target
    dead: Target
    change: Callable[[str], None]

    @property
    def everyone(self) -> list[Target]:
        return [self.good, self.dead]


def target(number: int) -> Target:
    through = Through(connection="local", identity=IDENTITY)
    return Target(host=f"box{number}", address=f"box{number}", through=through)


def through_ansible(folder: Path) -> Iterator[Stage]:
    with appliances("SN-1", "SN-2") as made:
        project(folder / "project", made)
        made[1].stop()
        request = AttemptRequest.model_validate(
            {
                "attempt": "d1", "deployment": "d1", "purpose": "visit", "hosts": (), "variables": {},
                "project": str(folder / "project"),
                "inventory": str(folder / "project/inventories/staging.yml"),
                "playbook": str(folder / "project/playbooks/configure.yml"),
            }
        )  # fmt: skip
        runs = AnsiblePlaybooks(folder / "visits", warm=WARM, choice=CHOICE)
        port = AnsibleTargets(Visits(runs, folder / "visits", SystemClock()), SystemClock())
        yield Stage(
            port.within(VisitGround(request=request, scope=SCOPE)),
            target(1),
            target(2),
            lambda version: made[0].state.update(version=version),
        )


def in_memory(_folder: Path) -> Iterator[Stage]:
    fleet = FakeTargets()
    fleet.machine("box2").unreachable = "its identity: no answer"
    fleet.machine("box2").dead = False

    def change(version: str) -> None:
        fleet.machine("box1").items["fact", "state"] = {"json.version": version}

    change("1.0")
    fleet.machine("box1").script("version 9.9", ("failed", "json.version 1.0"))
    yield Stage(fleet, target(1), target(2), change)


def routed(port: Targets) -> Targets:
    return RoutedTargets(FakeTargets(), lambda: port)


KINDS = {"through Ansible": through_ansible, "in memory": in_memory}


@pytest.fixture(params=[*KINDS, *(f"{kind}, routed" for kind in KINDS)])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    for on in KINDS[request.param.removesuffix(", routed")](tmp_path):
        if request.param.endswith("routed"):
            on.port = routed(on.port)
        yield on
        on.port.close()


pytestmark = pytest.mark.slow


def test_every_host_and_check_has_one_result_and_reachable_comes_first(stage: Stage, tmp_path: Path) -> None:
    results = stage.port.verify(stage.everyone, CHECKS, tmp_path)
    assert [(each.host, each.kind) for each in results] == [
        (host.host, kind) for host in stage.everyone for kind in ("reachable", "module", "module")
    ]
    assert [each.number for each in results] == [None, 0, 1] * 2
    assert [each.answer for each in results if each.host == "box1"] == ["passed", *ANSWERS]
    assert "passed" not in {each.answer for each in results if each.host == "box2"}
    assert all(each.expected and each.found for each in results)


def test_nobody_asked_nobody_answers(stage: Stage, tmp_path: Path) -> None:
    assert stage.port.verify([], CHECKS, tmp_path) == []
    assert stage.port.verify_units([], {"/a": "0" * 64}) == []
    assert stage.port.capture([], SCOPE) == {}
    assert stage.port.identify([]) == {}
    assert stage.port.dead([]) == {}


def test_a_host_is_known_and_one_that_does_not_answer_is_not(stage: Stage) -> None:
    identified = stage.port.identify(stage.everyone)
    assert list(identified) == ["box1", "box2"]
    known = identified["box1"]
    assert isinstance(known, Identity)
    assert isinstance(identified["box2"], str)
    captured = stage.port.capture(stage.everyone, SCOPE)
    baseline = captured["box1"]
    assert isinstance(baseline, Baseline)
    assert baseline.machine_id == known.machine_id
    assert isinstance(captured["box2"], str)
    # What Ansible calls unreachable may as well be a refused login.
    assert stage.port.dead(stage.everyone) == {}


def test_baselines_of_one_state_are_equal_and_a_change_is_found(stage: Stage) -> None:
    def captured() -> Baseline:
        baseline = stage.port.capture([stage.good], SCOPE)["box1"]
        assert isinstance(baseline, Baseline)
        assert baseline.complete
        return baseline

    before, same = captured(), captured()
    stage.change("2.0")
    after = captured()
    assert compare(before, same).equal
    lines = summary_lines(compare(before, after).differences)
    assert [line for line in lines if "json.version" in line] == ["box1: fact state json.version 1.0 -> 2.0"]


def test_what_runs_on_the_controller_leaves_nothing_there(stage: Stage) -> None:
    assert stage.port.end_run([stage.good], "a-run", 0.0) == {"box1": Ending(host="box1")}
    search = ProcessSearch(runs={"a-run-of-nobody": 7})
    seen = stage.port.processes_of([stage.good], search)["box1"]
    assert isinstance(seen, ProcessesSeen)
    assert (seen.ended, seen.left) == ((), ())
