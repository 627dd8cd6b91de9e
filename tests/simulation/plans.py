"""Prepared plans for scenarios: what many of them have in common is validated and digested once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from orchestrator.domain.plan.effective_plan import EffectivePlan, Ingredient
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.digests import effective_plan, host_digest
from tests.fakes.authority import FILES, FakeAuthority, tree_of
from tests.worlds.plans import SHA, plan_of, plan_tree, prepared, targets_named

TREE = tree_of(FILES)
SECTIONS = ("strategy", "validation", "backout")
"""Those that differ from scenario to scenario."""


def drawn(tree: Mapping[str, Any], hosts: int, policy: ReleasePolicy | None) -> PreparedPlan:
    """The plan of a tree over hosts h1, h2 and so on: what tests.worlds.plans.prepared makes of it."""
    texts = {section: json.dumps(tree[section]) for section in SECTIONS}
    targets = _targets(hosts)
    waves = _waves(texts["strategy"], hosts)
    wave_of = {host: wave.number for wave in waves for host in wave.hosts}
    here = {target.host: _digest(target, wave_of[target.host]) for target in targets}
    parts: dict[str, dict[str, str]] = {"policy": _of_policy(policy and policy.model_dump_json())}
    plan, nowhere = _usual()
    for section, text in texts.items():
        alone = _alone(section, text)
        plan = plan.model_copy(update={section: getattr(alone.plan, section)})
        for name, changed in alone.changed.items():
            parts[name] = {**parts.get(name, {}), **changed}
    return PreparedPlan.of_valid(
        plan=plan,
        plan_file="plan.yml",
        plan_sha256=SHA,
        project="/project",
        targets=targets,
        waves=waves,
        policy=policy,
        effective=EffectivePlan.of_valid(
            ingredients=tuple(
                Ingredient.of_valid(
                    name=ingredient.name,
                    parts={
                        **(here if ingredient.name == "hosts" else {}),
                        **ingredient.parts,
                        **parts.get(ingredient.name, {}),
                    },
                )
                for ingredient in nowhere.ingredients
            )
        ),
        copy_size=TREE.size,
    )


def drawn_whole(tree: Mapping[str, Any], hosts: int, policy: ReleasePolicy | None) -> PreparedPlan:
    """The same for a plan whose sections differ together, such as one with stages."""
    return _whole(json.dumps(tree), hosts, policy.model_dump_json() if policy is not None else None)


@lru_cache(maxsize=256)
def _whole(text: str, hosts: int, policy: str | None) -> PreparedPlan:
    rules = ReleasePolicy.model_validate_json(policy) if policy is not None else None
    return prepared(plan_of(json.loads(text)), _targets(hosts), FakeAuthority(rules))


@dataclass(frozen=True)
class _Alone:
    """A plan that is the usual one but for one section, and the parts of ingredients that this changes."""

    plan: ReleasePlan
    changed: Mapping[str, Mapping[str, str]]


@cache
def _alone(section: str, text: str) -> _Alone:
    plan = plan_of({**plan_tree(), section: json.loads(text)})
    usual, effective = _usual()[1], _effective(plan, None)
    changed: dict[str, dict[str, str]] = {
        new.name: {part: digest for part, digest in new.parts.items() if old.parts.get(part) != digest}
        for old, new in zip(usual.ingredients, effective.ingredients, strict=True)
    }
    return _Alone(plan, changed)


@cache
def _usual() -> tuple[ReleasePlan, EffectivePlan]:
    """The plan, and its effective plan over no hosts and under no policy."""
    plan = plan_of(plan_tree())
    return plan, _effective(plan, None)


@cache
def _waves(strategy: str, hosts: int) -> tuple[Wave, ...]:
    return waves_of(_alone("strategy", strategy).plan, _targets(hosts)).waves


@cache
def _of_policy(text: str | None) -> dict[str, str]:
    policy = ReleasePolicy.model_validate_json(text) if text else None
    return _effective(plan_of(plan_tree()), policy).parts("policy")


def _effective(plan: ReleasePlan, policy: ReleasePolicy | None) -> EffectivePlan:
    artefacts = {unit.artefact: SHA for unit in plan.release.units}
    return effective_plan(plan, (), (), model=None, policy=policy, tree=TREE.files, artefacts=artefacts)


@cache
def _targets(hosts: int) -> tuple[Target, ...]:
    return targets_named(*(f"h{n}" for n in range(1, hosts + 1)))


@cache
def _digest(target: Target, wave: int) -> str:
    return host_digest(target, wave)
