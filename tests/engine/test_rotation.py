"""Behind a load balancer: out and seen out before a touch, back when verified, and never more out than the limit."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

HAPROXY = {"haproxy": {"address": "127.0.0.1:9999", "backend": "shop"}}


def fleet_of(**rotation: Any) -> Fleet:
    """h1 first, then h2 and h3, behind one balancer; whatever is touched must be out at that moment."""
    fleet = Fleet(plan_tree(load_balancer={"balancers": [HAPROXY], **rotation}))

    def on_start(request: AttemptRequest) -> None:
        assert set(request.hosts) <= fleet.balancers.out, "touched in rotation"

    fleet.playbooks.on_start = on_start
    return fleet


def rotation_of(fleet: Fleet, d: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(event.way, event.there) for event in fleet.events(d, e.RotationEnded)]


def test_each_wave_is_out_while_it_is_touched_and_back_before_its_gate() -> None:
    fleet = fleet_of()
    fleet.balancers.busy = {"h1": 2}
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert rotation_of(fleet, d) == [
        ("out", ("h1",)),
        ("in", ("h1",)),
        ("out", ("h2", "h3")),
        ("in", ("h2", "h3")),
    ]
    kinds = [record.event.kind for record in fleet.ports.journal.read(d.id)]
    assert (
        kinds.index("wave_verified")
        < len(kinds) - kinds[::-1].index("rotation_ended")
        < kinds.index("completed")
    )
    assert (fleet.balancers.out, d.rotation.out) == (set(), ())


def test_a_failed_host_stays_out_until_it_is_proved_to_equal_its_baseline() -> None:
    fleet = fleet_of()
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(results={"h3": "not_done"}))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    assert rotation_of(fleet, d)[3:] == [("in", ("h2", "h3")), ("out", ("h1",)), ("in", ("h1",))]
    assert fleet.balancers.out == set()
    assert fleet.balancers.most_out == 2


def test_a_host_with_residue_is_not_given_back_and_that_is_said() -> None:
    fleet = fleet_of()
    fleet.playbooks.script("backout", ["h2", "h3"], Script(results={"h3": "not_done"}))
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(results={"h3": "not_done"}))
    fleet.playbooks.script("backout", ["h3"], Script(results={"h3": "not_done"}))
    d = fleet.deploy()
    assert d.state is State.BACKOUT_FAILED
    assert fleet.balancers.out == {"h3"}
    assert d.rotation.out == ("h3",)


@pytest.mark.parametrize("why", ["stuck", "silent", "limit", "busy"])
def test_a_host_that_is_not_seen_out_is_not_touched(why: str) -> None:
    fleet = fleet_of(at_most_out=2, within="5s")
    if why == "stuck":
        fleet.balancers.stuck = {"h1": "No such server."}
    elif why == "silent":
        fleet.balancers.silent = "connection refused"
    elif why == "busy":
        fleet.balancers.busy = {"h1": 10_000}
    else:
        fleet.balancers.by_hand = {"h2", "h3"}
    d = fleet.deploy()
    assert (d.state, fleet.started(), d.touched_hosts) == (State.REFUSED, [], ())
    assert fleet.balancers.out == ({"h2", "h3"} if why == "limit" else set())


def test_after_a_touch_the_deployment_is_held_and_tried_again() -> None:
    fleet = fleet_of()
    fleet.balancers.stuck = {"h2": "No such server."}
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert "h2 is not out of rotation, so it was not touched" in d.driving.hold.reason
    assert fleet.balancers.out == set()
    fleet.balancers.stuck = {}
    fleet.say(d, e.Retried(by="ann", reason="it is there now"))
    assert fleet.resume().state is State.COMPLETED


def test_an_abort_before_any_touch_gives_back_what_was_taken_out() -> None:
    fleet = fleet_of(within="5s")
    fleet.balancers.busy = {"h1": 10_000}
    d = fleet.deploy()
    assert d.state is State.REFUSED
    assert fleet.balancers.out == set()


def test_a_rollback_takes_each_wave_out_and_gives_it_back() -> None:
    fleet = fleet_of()
    d = fleet.roll_back(fleet.deploy())
    assert d.state is State.BACKED_OUT
    assert rotation_of(fleet, d)[4:] == [
        ("out", ("h2", "h3")),
        ("in", ("h2", "h3")),
        ("out", ("h1",)),
        ("in", ("h1",)),
    ]
    assert fleet.balancers.most_out == 2
