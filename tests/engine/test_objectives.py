"""Objectives: measured before the end or after it, by checks, by metrics, and by people in the role that the plan says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases import objectives
from orchestrator.errors import OrchError
from orchestrator.policy.course.objectives import outcomes_of
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

CHECK: dict[str, Any] = {"objective": "It answers.", "check": {"tcp": 8080}}
LATER: dict[str, Any] = {**CHECK, "due": "1h"}
QUEUE: dict[str, Any] = {"name": "queue", "command": {"run": ["bin/count"]}, "success": "< 5"}
CALLS: dict[str, Any] = {
    "objective": "Few calls.",
    "by_hand": {"unit": "calls", "role": "service owner"},
    "expected": "<= 5",
    "due": "7d",
}


def fleet_of(*wanted: dict[str, Any] | str) -> Fleet:
    tree = plan_tree()
    tree["objectives"] = list(wanted)
    return Fleet(tree)


def names(fleet: Fleet, name: str) -> list[str]:
    return [outcome.name for outcome in outcomes_of(fleet.now(name), fleet.clock.now())]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (("passed", "open"), "achieved"),
        (("failed", "refused"), "not achieved"),
        (("inconclusive", "no answer"), "not yet known"),
    ],
)
def test_what_is_due_at_the_end_is_measured_before_it_and_decides_nothing(answer: Any, outcome: str) -> None:
    fleet = fleet_of(CHECK)
    for host in ("h1", "h2", "h3"):
        fleet.targets.machine(host).script("tcp 8080", answer)
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    kinds = [record.event.kind for record in fleet.ports.journal.read(d.id)]
    assert kinds[-2:] == ["objective_measured", "completed"]
    assert names(fleet, d.id) == [outcome]


def test_later_ones_are_measured_when_somebody_asks() -> None:
    fleet = fleet_of(LATER, "Words alone.")
    d = fleet.deploy()
    assert names(fleet, d.id) == ["not yet known", "not measurable"]
    objectives.measure(fleet.ports, d, by="ann")
    assert names(fleet, d.id) == ["achieved", "not measurable"]


@pytest.mark.parametrize(
    ("value", "outcome"), [("3", "achieved"), ("5", "achieved"), ("5.5", "not achieved")]
)
def test_a_person_names_a_number(value: str, outcome: str) -> None:
    fleet = fleet_of(CALLS)
    d = fleet.deploy()
    objectives.record(fleet.ports, d, 1, value, by="cy", note="ticket list", role=None, attached=())
    assert names(fleet, d.id) == [outcome]


@pytest.mark.parametrize(
    "change",
    [
        {"value": "many"},
        {"value": "nan"},
        {"value": "inf"},
        {"note": " "},
        {"role": "cook"},
        {"number": 2},
        {"number": 0},
    ],
)
def test_what_is_no_number_of_this_role_is_refused(change: dict[str, Any]) -> None:
    fleet = fleet_of(CALLS)
    d = fleet.deploy()
    asked: dict[str, Any] = {"number": 1, "value": "3", "note": "seen", "role": None, **change}
    with pytest.raises(OrchError):
        objectives.record(
            fleet.ports,
            d,
            asked["number"],
            asked["value"],
            by="cy",
            note=asked["note"],
            role=asked["role"],
            attached=(),
        )
    assert fleet.events(d, e.ObjectiveMeasured) == []


def test_only_what_is_known_to_be_missed_is_accepted_and_a_new_measurement_voids_that() -> None:
    fleet = fleet_of(CALLS)
    d = fleet.deploy()
    with pytest.raises(OrchError, match="nothing to accept"):
        objectives.accept(fleet.ports, d, 1, by="cy", role="service owner", reason="enough")
    d = objectives.record(fleet.ports, d, 1, "9", by="cy", note="list", role=None, attached=())
    d = objectives.accept(fleet.ports, d, 1, by="cy", role="service owner", reason="enough")
    assert d.outcomes.accepted[0].reason == "enough"
    d = objectives.record(fleet.ports, d, 1, "8", by="cy", note="list", role=None, attached=())
    assert d.outcomes.accepted == {}


@pytest.mark.parametrize(
    ("sign_off", "objective", "role", "accepted"),
    [
        ([], CALLS, "service owner", True),
        ([], CALLS, "Service  Owner", True),
        ([], CALLS, "deployment manager", True),
        ([], CALLS, "cook", False),
        ([], CHECK, "deployment manager", True),
        ([], CHECK, "service owner", False),
        (["customer"], CALLS, "customer", True),
        (["customer"], CALLS, "service owner", False),
        (["customer"], CHECK, "deployment manager", False),
    ],
)
def test_whoever_signs_off_accepts_and_else_a_role_of_the_plan(
    sign_off: list[str], objective: dict[str, Any], role: str, *, accepted: bool
) -> None:
    fleet = fleet_of(objective)
    fleet.tree["approval"]["sign_off"] = sign_off
    for host in ("h1", "h2", "h3"):
        fleet.targets.machine(host).script("tcp 8080", ("failed", "refused"))
    d = fleet.deploy()
    if objective is CALLS:
        d = objectives.record(fleet.ports, d, 1, "9", by="cy", note="list", role=None, attached=())
    if accepted:
        d = objectives.accept(fleet.ports, d, 1, by="cy", role=role, reason="enough")
    else:
        with pytest.raises(OrchError, match="is accepted by"):
            objectives.accept(fleet.ports, d, 1, by="cy", role=role, reason="enough")
    assert bool(d.outcomes.accepted) is accepted


def test_nothing_is_measured_of_what_is_not_deployed() -> None:
    fleet = fleet_of(LATER)
    d = fleet.roll_back(fleet.deploy())
    with pytest.raises(OrchError, match="only what is deployed"):
        objectives.measure(fleet.ports, d, by="ann")


def test_what_measures_is_what_was_approved_while_the_private_copy_is_there() -> None:
    fleet = fleet_of({"objective": "Few wait.", "metric": QUEUE, "due": "1h"})
    d = fleet.deploy()
    assert d.private_copy.folder is not None
    objectives.measure(fleet.ports, d, by="ann")
    fleet.authority.discard(d.id)
    objectives.measure(fleet.ports, d, by="ann")
    assert fleet.measurements.projects == [Path(d.private_copy.folder), Path(d.project)]
