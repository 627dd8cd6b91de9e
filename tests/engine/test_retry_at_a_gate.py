"""A retry at a gate that a person had confirmed: hosts whose last answers were bad are looked at again before it opens."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.check import Answer
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

HTTP = "http http://{address}/"
GOOD: tuple[Answer, str] = ("passed", "200")
BAD: tuple[Answer, str] = ("failed", "refused")


def held_at_the_gate(gate: dict[str, Any]) -> Fleet:
    """The hosts of the first wave were good, the gate was confirmed an hour later, and the look after that was bad."""
    tree = plan_tree(gate={"confirm": "service owner", **gate})
    tree["backout"]["on_failure"] = "hold"
    fleet = Fleet(tree)
    d = fleet.deploy()
    fleet.clock.sleep(3600)
    fleet.targets.machine("h1").script(HTTP, BAD)
    fleet.say(d, confirmation())
    d = fleet.resume()
    assert (d.state, d.driving.hold is not None) == (State.AT_GATE, True)
    fleet.say(d, e.Retried(by="ann", reason="it was slow"))
    fleet.resume()
    return fleet


def confirmation() -> e.Confirmed:
    return e.Confirmed(wave=0, role="service owner", by="cy", note="looked")


@pytest.mark.parametrize("gate", [{}, {"soak": "2s", "every": "1s"}], ids=["no soak", "soak"])
@pytest.mark.parametrize("later", [1, 3600], ids=["at once", "an hour later"])
def test_a_second_confirmation_does_not_open_it_for_hosts_that_are_still_bad(
    gate: dict[str, Any], later: int
) -> None:
    fleet = held_at_the_gate(gate)
    fleet.clock.sleep(later)
    [name] = fleet.ports.journal.deployments()
    fleet.say(fleet.now(name), confirmation())
    d = fleet.resume()
    assert (fleet.events(d, e.GatePassed), d.driving.hold is not None) == ([], True)


def test_it_opens_once_they_were_seen_to_be_good() -> None:
    fleet = held_at_the_gate({})
    fleet.targets.machine("h1").script(HTTP, GOOD)
    [name] = fleet.ports.journal.deployments()
    fleet.say(fleet.now(name), confirmation())
    assert [event.wave for event in fleet.events(fleet.resume(), e.GatePassed)] == [0]
