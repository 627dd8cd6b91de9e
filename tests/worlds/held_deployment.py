"""A deployment that holds after a host of its first wave failed."""

from __future__ import annotations

from orchestrator.domain.deployment.deployment import Deployment
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree


def held() -> tuple[Fleet, Deployment]:
    """The fleet, ready to go on, and its deployment."""
    tree = plan_tree(kind="phased", waves=[2, "rest"])
    tree["backout"]["on_failure"] = "hold"
    fleet = Fleet(tree)
    fleet.playbooks.script("deploy", ["h1", "h2"], Script(results={"h1": "not_done"}))
    d = fleet.deploy()
    assert d.driving.hold is not None
    fleet.playbooks.script("deploy", None, Script())
    return fleet, d
