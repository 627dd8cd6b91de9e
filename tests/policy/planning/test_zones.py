"""Which plans fit zones, and the way out of each that does not."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target, Through
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.zones import about_zones
from tests.worlds.plans import plan_tree


def told_of(zones: dict[str, str], *, through: str = "", **strategy: Any) -> list[tuple[str, str]]:
    """Path and finding of each objection to hosts in these zones; `through`: a host without ssh."""
    way = {through: Through(connection="local")} if through else {}
    targets = [
        Target(host=host, address="192.0.2.1", groups=("web",), zone=zone, through=way.get(host))
        for host, zone in zones.items()
    ]
    tree = plan_tree(**strategy)
    plan = ReleasePlan.model_validate(tree)
    waves = waves_of(plan, targets, {"web": tuple(zones)}).waves
    return [(each.path, each.found) for each in about_zones(plan, targets, waves)]


BOTH = {"web1": "dmz", "web2": "lan"}


@pytest.mark.parametrize(
    ("zones", "strategy", "objections"),
    [
        ({"web1": "", "web2": ""}, {}, []),
        ({"web1": "dmz", "web2": "dmz"}, {}, []),
        (BOTH, {"waves": [1, "rest"]}, []),
        (BOTH, {"waves": ["rest"]}, ["over dmz, lan"]),
        ({"web1": "dmz", "web2": ""}, {"waves": ["rest"]}, ["over dmz, no zone"]),
    ],
)
def test_the_hosts_of_a_wave_are_of_one_zone(
    zones: dict[str, str], strategy: dict[str, Any], objections: list[str]
) -> None:
    findings = told_of(zones, **strategy)
    assert len(findings) == len(objections)
    assert all(words in finding for words, (_, finding) in zip(objections, findings, strict=True))


def test_hosts_without_ssh_are_no_work_of_nodes() -> None:
    assert [path for path, _ in told_of({"web1": "dmz", "web2": "dmz"}, through="web2")] == [
        "resources.inventory"
    ]
    assert told_of({"web1": "", "web2": ""}, through="web2") == []
