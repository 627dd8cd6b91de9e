"""The shipped models: a plan made for each is accepted, and each thing it asks for is missed where it is taken away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.files.model_file import models_in
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.requirements import shortfalls, with_defaults
from tests.policy.admission_cases import laid_over
from tests.worlds.plans import plan_of, plan_tree, targets_named

SHIPPED, _ = models_in([Path(__file__).resolve().parents[3] / "models"])
MODELS = {model.noun.model: model.noun for model in SHIPPED}
ROLES = {
    "deployment manager": "Ada",
    "deployment practitioner": "Ben",
    "service owner": "Nadia",
    "database administrator": "Eve",
}
HOSTS = tuple(f"web{n}" for n in range(1, 13))
PILOT = {"kind": "pilot", "pilot": {"hosts": ["web1"]}}
EVERYWHERE: dict[str, Any] = {
    "roles": ROLES,
    "release": {"rfcs": ["RFC-1"]},
    "validation": {"environment": [{"other_deployment": False}, {"space": {"free": "1GiB"}}]},
}
OLD_APP: dict[str, Any] = {
    "component": "old app",
    "gone": ["gone"],
    "data": {"fate": "none", "what": "it kept none"},
    "licences": {"none": "it had none"},
    "documentation": {"none": "it had none"},
    "consumers": {"what": "told by mail", "by": "Nadia", "due": "2027-01-01T00:00:00Z"},
}
FITTING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "rolling-web-service": (
        {"waves": [1, 3, "rest"]},
        {"backout": {"baseline": {"units": ["app.service"]}}},
    ),
    "database-schema": (
        {**PILOT, "waves": ["rest"], "gate": {"confirm": "database administrator"}},
        {
            "validation": {
                "environment": [
                    {"other_deployment": False},
                    {"space": {"free": "1GiB"}},
                    {"command": "pg_isready"},
                ],
                "acceptance": [{"command": {"run": "schema-version", "stdout_contains": "42"}}],
            },
            "backout": {"baseline": {"commands": [{"name": "schema", "run": "schema-version"}]}},
        },
    ),
    "configuration-only": (
        {"waves": [1, "rest"]},
        {
            "validation": {"acceptance": [{"unit": "app"}, {"http": "http://{address}/"}]},
            "backout": {"baseline": {"units": ["app.service"]}},
        },
    ),
    "os-patch-reboot": (
        {"waves": [1, 3, 3, 3, "rest"]},
        {
            "validation": {
                "environment": [{"other_deployment": False}, {"space": {"free": "1GiB"}}, {"os": "debian"}],
                "acceptance": [{"pending_reboot": False}, {"unit": "app"}],
            },
            "backout": {"baseline": {"units": ["app.service"]}},
        },
    ),
    "removal": (
        {"waves": [1, "rest"], "gate": {"soak": "15m", "confirm": "service owner"}},
        {
            "release": {"units": [], "removes": ["old app"], "rfcs": ["RFC-1"]},
            "removal": {"components": [OLD_APP]},
            "validation": {"acceptance": [{"file": {"path": "/opt/old", "exists": False}, "title": "gone"}]},
            "backout": {"baseline": {"units": ["app.service"]}},
        },
    ),
    "manual-step": ({"waves": [1, "rest"], "gate": {"confirm": "deployment practitioner"}}, {}),
}


def fitting(model: str) -> ReleasePlan:
    strategy, rest = FITTING[model]
    tree = laid_over(laid_over(plan_tree(**strategy), EVERYWHERE), rest)
    return with_defaults(plan_of(tree), MODELS[model])


def missed(model: DeploymentModel, plan: ReleasePlan) -> list[str]:
    return [
        shortfall.path
        for shortfall in shortfalls(model.requires, plan, waves_of(plan, targets_named(*HOSTS)).waves)
    ]


@pytest.mark.parametrize("name", MODELS)
def test_a_plan_made_for_the_model_is_accepted(name: str) -> None:
    assert missed(MODELS[name], fitting(name)) == []


@pytest.mark.parametrize("name", MODELS)
def test_a_plan_made_for_nothing_is_not(name: str) -> None:
    assert len(missed(MODELS[name], plan_of(plan_tree()))) >= 4


# model, what is laid over its plan, the path that is then missed
TAKEN_AWAY: list[tuple[str, dict[str, Any], str]] = [
    ("rolling-web-service", {"strategy": {"kind": "big-bang", "waves": []}}, "strategy.kind"),
    ("rolling-web-service", {"strategy": {"waves": [4, "rest"]}}, "strategy.waves[0]"),
    ("rolling-web-service", {"strategy": {"gate": {"soak": "1s"}}}, "strategy.waves[0].gate.soak"),
    ("rolling-web-service", {"strategy": {"idempotent": False}}, "strategy.idempotent"),
    ("rolling-web-service", {"validation": {"early_life": {"duration": "1m"}}}, "validation.early_life"),
    ("rolling-web-service", {"backout": {"scope": "failed"}}, "backout.scope"),
    ("database-schema", {"strategy": {"pilot": {"hosts": ["web1", "web2"]}}}, "strategy.pilot"),
    ("database-schema", {"strategy": {"gate": {"confirm": "service owner"}}}, "strategy.pilot.gate.confirm"),
    ("database-schema", {"backout": {"baseline": {"commands": []}}}, "backout.baseline.commands"),
    ("database-schema", {"strategy": {"task_timeout": "1m"}}, "strategy.task_timeout"),
    ("configuration-only", {"release": {"removes": ["old"]}}, "release.removes"),
    ("configuration-only", {"backout": {"baseline": {"packages": "none"}}}, "backout.baseline.packages"),
    ("configuration-only", {"backout": {"baseline": {"users": False}}}, "backout.baseline.users"),
    ("os-patch-reboot", {"validation": {"acceptance": [{"unit": "app"}]}}, "validation.acceptance"),
    ("os-patch-reboot", {"strategy": {"waves": [1, "rest"]}}, "strategy.waves[1]"),
    ("removal", {"validation": {"acceptance": [{"unit": "app"}]}}, "validation.acceptance"),
    ("removal", {"release": {"removes": [], "units": plan_tree()["release"]["units"]}}, "release.removes"),
    ("manual-step", {"strategy": {"gate": {"confirm": None}}}, "strategy.waves[0].gate.confirm"),
    ("manual-step", {"roles": {"deployment practitioner": None}}, "roles"),
]


@pytest.mark.parametrize(
    ("name", "taken", "path"), TAKEN_AWAY, ids=[f"{name} {path}" for name, _, path in TAKEN_AWAY]
)
def test_what_is_taken_away_is_missed(name: str, taken: dict[str, Any], path: str) -> None:
    strategy, rest = FITTING[name]
    tree = laid_over(laid_over(laid_over(plan_tree(**strategy), EVERYWHERE), rest), taken)
    assert path in missed(MODELS[name], with_defaults(plan_of(tree), MODELS[name]))


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
