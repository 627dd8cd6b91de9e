"""What whoever signs is shown: who is required is who admission asks for."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.engine.lookup.admission_facts import question_of
from orchestrator.policy.authority.approval_outline import approval_outline
from orchestrator.policy.telling.outline import Branch
from tests.worlds.environments import file as environment_file
from tests.worlds.fleet import Fleet


def lines(branch: Branch) -> Iterator[str]:
    yield branch.text
    for below in branch.below:
        yield from lines(below)


def required(fleet: Fleet) -> str:
    d = fleet.deploy()
    outline = approval_outline(d, question_of(fleet.ports, d, fleet.clock.now()))
    return next(line for line in lines(outline) if line.startswith("required before"))


def test_whoever_oversees_the_first_live_use_is_required() -> None:
    fleet = Fleet()
    fleet.tree["resources"]["environment"] = "live"
    fleet.authority.places = (environment_file("live"),)
    fleet.rule(approvals={}, documents={"must_be": "any", "overseers": ["service owner"]})
    assert required(fleet) == "required before: service owner"


def test_whoever_the_plan_asks_for_is_required_beside_the_policy() -> None:
    fleet = Fleet()
    fleet.tree["approval"]["required"] = ["customer"]
    fleet.rule(approvals={"before": ["service owner"]})
    assert required(fleet) == "required before: service owner, customer"


def test_nobody_is_required_where_nobody_is_asked_for() -> None:
    fleet = Fleet()
    fleet.rule(approvals={})
    assert required(fleet) == "required before: nobody"
