"""Prepared plans for scenarios: what many of them have in common is validated and digested once."""

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from orchestrator.domain.effective_plan import EffectivePlan, Ingredient
from orchestrator.domain.prepared import PreparedPlan
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.domain.release_policy import ReleasePolicy
from orchestrator.domain.target import Target
from orchestrator.policy.digests import effective_plan, host_digest
from orchestrator.policy.rollout import waves_of
from tests.fakes.authority import FILES, tree_of
from tests.plans import SHA, plan_of, plan_tree, targets_named

TREE = tree_of(FILES)


def drawn(tree: Mapping[str, Any], hosts: int, policy: ReleasePolicy | None) -> PreparedPlan:
    """The plan of a tree over hosts h1, h2 and so on: what tests.plans.prepared makes of it."""
    plan, nowhere = _plan(json.dumps(tree))
    targets = _targets(hosts)
    waves = waves_of(plan, targets).waves
    wave_of = {host: wave.number for wave in waves for host in wave.hosts}
    here = {target.host: _digest(target, wave_of[target.host]) for target in targets}
    changed = {"hosts": {**here, **nowhere.parts("hosts")}, "policy": _of_policy(policy)}
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
                Ingredient.of_valid(name=one.name, parts=changed[one.name]) if one.name in changed else one
                for one in nowhere.ingredients
            )
        ),
        copy_size=TREE.size,
    )


@lru_cache(maxsize=4096)
def _plan(tree: str) -> tuple[ReleasePlan, EffectivePlan]:
    """The plan, and its effective plan over no hosts and under no policy."""
    plan = plan_of(json.loads(tree))
    return plan, _effective(plan, None)


@cache
def _of_policy(policy: ReleasePolicy | None) -> dict[str, str]:
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
