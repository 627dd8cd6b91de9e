"""The shipped models and their examples: each example has what its model asks for, and misses each thing that is taken away."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.adapters.files.model_file import models_in
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.requirements import shortfalls, with_defaults
from tests.models.violations import VIOLATIONS, Tree
from tests.worlds.plans import plan_of, plan_tree

ROOT = Path(__file__).resolve().parents[2]
SHIPPED, _ = models_in([ROOT / "models"])
MODELS = {model.noun.model: model.noun for model in SHIPPED}
PLANS: dict[str, Tree] = {
    name: YAML(typ="safe", pure=True).load(ROOT / f"examples/{name}/plan.yml") for name in MODELS
}


def missed(name: str, plan: ReleasePlan, hosts: int = 2) -> list[Objection]:
    """What the model misses in a plan for so many hosts; the first has the database, the others the application."""
    places = ("database", *["application"] * (hosts - 1))
    targets = [
        Target(host=f"web{n}", address=f"10.0.0.{n}", groups=("web", place))
        for n, place in enumerate(places, 1)
    ]
    return list(shortfalls(MODELS[name].requires, plan, waves_of(plan, targets).waves))


def asked_for(model: DeploymentModel) -> list[tuple[str, Any]]:
    """Each requirement by its name; of lists that must be there whole, each item."""
    rows: list[tuple[str, Any]] = []
    for name, value in model.requires.model_dump(exclude_defaults=True).items():
        if name == "gate":
            rows += [(f"gate.{part}", asked) for part, asked in value.items() if part != "after"]
        elif name in {"environment", "acceptance", "baseline", "roles"}:
            rows += [(name, item) for item in value]
        else:
            rows.append((name, value))
    return rows


ROWS = [(name, field, asked) for name, model in MODELS.items() for field, asked in asked_for(model)]


def test_each_model_has_an_example_and_each_example_a_model() -> None:
    assert sorted(MODELS) == sorted(folder.parent.name for folder in ROOT.glob("examples/*/plan.yml"))


@pytest.mark.parametrize("name", MODELS)
def test_an_example_has_its_model_as_it_is_shipped(name: str) -> None:
    file = f"models/{name}.yml"
    assert (ROOT / "examples" / name / file).read_bytes() == (ROOT / file).read_bytes()


@pytest.mark.parametrize("name", MODELS)
def test_an_example_has_what_its_model_asks_for(name: str) -> None:
    assert missed(name, plan_of(PLANS[name])) == []


@pytest.mark.parametrize("name", MODELS)
def test_a_plan_made_for_nothing_has_not(name: str) -> None:
    assert len(missed(name, plan_of(plan_tree()))) >= 4


@pytest.mark.parametrize(("name", "field", "asked"), ROWS, ids=[f"{n} {f} {a}" for n, f, a in ROWS])
def test_what_is_taken_away_is_missed(name: str, field: str, asked: Any) -> None:
    tree = copy.deepcopy(PLANS[name])
    path = VIOLATIONS[field](tree, asked)
    objections = missed(name, with_defaults(plan_of(tree), MODELS[name]), hosts=12)
    assert any(path in objection.path and objection.next_move for objection in objections), objections


def test_defaults_of_a_model_are_for_what_the_plan_does_not_say() -> None:
    model = MODELS["rolling-web-service"]
    silent = with_defaults(plan_of(plan_tree()), model)
    assert silent.strategy.gate == model.defaults.gate
    assert silent.validation.early_life == model.defaults.early_life
    given = with_defaults(plan_of(plan_tree(gate={"soak": "1s"}, forks=3)), model)
    assert (given.strategy.gate.soak, given.strategy.forks) == (1.0, 3)


def test_a_plan_with_defaults_is_a_plan_that_can_be_written_down() -> None:
    plan = with_defaults(plan_of(plan_tree()), MODELS["rolling-web-service"])
    assert ReleasePlan.model_validate_json(plan.model_dump_json()) == plan
