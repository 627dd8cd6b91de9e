"""Which plans fit zones, and the way out of each that does not."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.plan.inspection import Inspection
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace, in_place
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target, Through
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.digests import effective_plan
from orchestrator.policy.planning.zones import about_named_zones, about_zones, inspected_in_zones
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


def with_zones(zones: dict[str, Any], inventory: dict[str, str]) -> tuple[ReleasePlan, Inspection]:
    """A plan that says these zones, and its hosts as the inventory has them; `lb1` stands beside them."""
    tree = plan_tree()
    tree["resources"]["zones"] = zones
    targets = [
        Target(host=host, address="192.0.2.1", groups=("web",), zone=zone) for host, zone in inventory.items()
    ]
    beside = Target(host="lb1", address="192.0.2.9", groups=("lb",))
    return ReleasePlan.model_validate(tree), Inspection(targets=tuple(targets), beside=(beside,))


@pytest.mark.parametrize(
    ("zones", "inventory", "seen"),
    [
        ({}, BOTH, ["dmz", "lan", ""]),
        ({"dmz": "web"}, {"web1": "", "web2": ""}, ["dmz", "dmz", ""]),
        ({"dmz": "web:!web2", "lan": ["web2", "lb"]}, {"web1": "", "web2": ""}, ["dmz", "lan", "lan"]),
        ({"dmz": "web"}, {"web1": "dmz", "web2": ""}, ["dmz", "dmz", ""]),
        ({"lan": "web"}, {"web1": "dmz", "web2": ""}, ["dmz", "lan", ""]),
    ],
)
def test_the_plan_says_the_zone_of_hosts_whose_inventory_says_none(
    zones: dict[str, Any], inventory: dict[str, str], seen: list[str]
) -> None:
    plan, inspection = with_zones(zones, inventory)
    there = inspected_in_zones(plan, inspection)
    assert [target.zone for target in (*there.targets, *there.beside)] == seen


@pytest.mark.parametrize(
    ("zones", "inventory", "objections"),
    [
        ({"dmz": "web", "lan": "lb1"}, {"web1": "dmz", "web2": ""}, []),
        ({"dmz": "wbe"}, {"web1": ""}, [("resources.zones.dmz", "`wbe`, which is none of them")]),
        ({"lan": "web"}, BOTH, [("resources.zones.lan", "web1 in dmz (orch_zone)")]),
        (
            {"lan": "web*", "dmz": "web1"},
            {"web1": "", "web2": ""},
            [("resources.zones", "web1 in lan and dmz")],
        ),
        (
            {"lan": "web", "dmz": "web"},
            {f"web{n}": "" for n in range(1, 6)},
            [("resources.zones", "and 2 more")],
        ),
        ({"dmz": "web"}, {}, [("resources.zones.dmz", "`web`")]),
    ],
)
def test_a_zone_of_the_plan_has_hosts_of_its_own_and_agrees_with_the_inventory(
    zones: dict[str, Any], inventory: dict[str, str], objections: list[tuple[str, str]]
) -> None:
    seen = list(about_named_zones(*with_zones(zones, inventory)))
    assert [each.path for each in seen] == [path for path, _ in objections]
    assert all(words in each.found for (_, words), each in zip(objections, seen, strict=True))


def test_a_rehearsal_among_other_hosts_has_no_zones_of_the_plan() -> None:
    plan, _ = with_zones({"dmz": "web"}, {"web1": ""})
    there = in_place(plan, RehearsalPlace(environment="staging", inventory="inventories/staging"))
    assert there.resources.zones == {}
    again = in_place(plan, RehearsalPlace(environment="staging", inventory=plan.resources.inventory))
    assert again.resources.zones == plan.resources.zones


def test_zones_are_of_the_place_and_are_covered_there() -> None:
    parts = []
    for zones in ({}, {"dmz": "web"}, {"lan": "web"}):
        plan, inspection = with_zones(zones, {"web1": "", "web2": ""})
        targets = inspected_in_zones(plan, inspection).targets
        waves = waves_of(plan, targets, {"web": ("web1", "web2")}).waves
        parts.append(effective_plan(plan, targets, waves, model=None, policy=None, tree={}, artefacts={}))
    assert len({each.digest for each in parts}) == 3
    assert len({each.digests["plan"] for each in parts}) == 1
