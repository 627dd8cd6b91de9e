"""Every command that is offered works in the state in which it is offered."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.deployment_commands import rollback
from orchestrator.errors import Conflict, Refused, StoreFault
from orchestrator.policy.telling.next_moves import next_moves
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, quiet
from tests.worlds.plans import plan_tree

HELD = e.DeploymentHeld(by="ann", reason="wait")


def backing_out(fleet: Fleet) -> Deployment:
    """A deployment whose backout has begun, and whose driver could not start the run."""
    fleet.playbooks.script("deploy", None, Script(results={"h1": "not_done"}))
    no_room = StoreFault("no room")
    fleet.playbooks.on_start = lambda request: setattr(fleet.playbooks, "fault", no_room)
    with pytest.raises(StoreFault):
        fleet.deploy()
    fleet.playbooks.fault, fleet.playbooks.on_start = None, lambda request: None
    d = fleet.now(fleet.ports.journal.deployments()[0])
    assert d.state is State.BACKING_OUT
    return d


def in_two_waves() -> dict[str, Any]:
    tree = plan_tree()
    tree["strategy"]["waves"] = [1, "rest"]
    tree["backout"]["on_failure"] = "hold"
    return tree


def verbs(d: Deployment) -> set[str]:
    return {move.command.split()[1] for move in next_moves(d)}


def test_a_backout_that_is_held_offers_no_second_backout_and_no_abort() -> None:
    fleet = Fleet()
    d = fleet.say(backing_out(fleet), HELD)
    assert verbs(d) == {"retry", "hold"}
    with pytest.raises(Refused, match=f"backing out already; go on with it: orch retry {d.id}"):
        rollback(fleet.ports, d.id, by="ann", reason="again", watch=quiet)
    with pytest.raises(Conflict, match=rf"go on with it: orch resume {d.id}\.$"):
        fleet.deploy()
    assert orch(fleet, ["retry", d.id]) == 5


def test_a_backout_that_is_paused_offers_no_abort() -> None:
    fleet = Fleet()
    assert verbs(fleet.say(backing_out(fleet), e.Paused(by="ann", reason="wait"))) == {"resume"}


def test_a_hold_before_the_first_touch_offers_to_end_it_and_no_backout() -> None:
    fleet = Fleet()
    fleet.storage.used = fleet.storage.size - (fleet.storage.reserve + (17 << 20))
    fleet.targets.on_question = lambda *_: setattr(fleet.storage, "used", fleet.storage.size)
    d = fleet.deploy()
    assert (d.touched_hosts, d.driving.hold is not None) == ((), True)
    assert verbs(d) == {"retry", "abort", "hold"}
    assert orch(fleet, ["abort", d.id, "--reason", "WHY"]) == 9


@pytest.mark.parametrize(
    ("down", "offered"),
    [
        (("h2",), {"retry", "exclude", "rollback", "hold"}),
        # Without its last host the wave shows nothing, and the deployment would not go on.
        (("h2", "h3"), {"retry", "rollback", "hold"}),
    ],
)
def test_going_on_without_is_offered_where_it_leads_on(down: tuple[str, ...], offered: set[str]) -> None:
    fleet = Fleet(in_two_waves())
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(results=dict.fromkeys(down, "not_done")))
    assert verbs(fleet.deploy()) == offered


def test_a_wave_whose_hosts_are_all_left_out_is_only_taken_back() -> None:
    fleet = Fleet(in_two_waves())
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(results={"h2": "not_done", "h3": "not_done"}))
    d = fleet.say(fleet.deploy(), e.Excluded(hosts=("h2", "h3"), by="ann", reason="broken"))
    d = fleet.resume()
    assert verbs(d) == {"rollback", "hold"}
    assert orch(fleet, ["rollback", d.id, "--reason", "WHY"]) == 5
