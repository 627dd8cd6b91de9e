"""Makes the effective plan: which ingredient has which parts, and what each part's digest is taken of."""

from collections.abc import Iterable, Mapping, Sequence

from orchestrator.domain.canonical import digest_of
from orchestrator.domain.deployment_model import DeploymentModel
from orchestrator.domain.effective_plan import INGREDIENTS, EffectivePlan, Ingredient
from orchestrator.domain.noun import Noun
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.domain.release_policy import ReleasePolicy
from orchestrator.domain.target import Target
from orchestrator.domain.wave import Wave

Digests = Mapping[str, str]


def effective_plan(
    plan: ReleasePlan,
    targets: Sequence[Target],
    waves: Sequence[Wave],
    *,
    model: DeploymentModel | None,
    policy: ReleasePolicy | None,
    tree: Digests,
    artefacts: Digests,
) -> EffectivePlan:
    """The effective plan of these. `tree` and `artefacts` are digests by path, as they were read.

    Plan, model and policy are digested as what they mean, so that a comment in one of them voids nothing. Variables
    are those of the plan; those of the inventory and of roles are files of the tree.
    """
    parts: dict[str, Mapping[str, str]] = {
        "plan": _sections(plan),
        "model": _named(model, f"{model.model} {model.version}" if model else ""),
        "policy": _named(policy, f"{policy.policy} {policy.version}" if policy else ""),
        "hosts": _hosts(targets, waves),
        "playbook tree": tree,
        "artefacts": artefacts,
        "variables": _variables(plan),
    }
    return EffectivePlan(
        ingredients=tuple(Ingredient(name=name, parts=dict(parts[name])) for name in INGREDIENTS)
    )


def _sections(plan: ReleasePlan) -> dict[str, str]:
    return {name: digest_of(getattr(plan, name), f"plan {name}") for name in type(plan).model_fields}


def _named(noun: Noun | None, name: str) -> dict[str, str]:
    return {} if noun is None else {name: digest_of(noun, "noun")}


def _hosts(targets: Iterable[Target], waves: Iterable[Wave]) -> dict[str, str]:
    wave_of = {host: wave.number for wave in waves for host in wave.hosts}
    return {
        target.host: digest_of({"target": target, "wave": wave_of.get(target.host)}, "host")
        for target in targets
    }


def _variables(plan: ReleasePlan) -> dict[str, str]:
    both = {"strategy": plan.strategy.variables, "backout": plan.backout.variables}
    return {
        f"{where}.variables.{name}": digest_of(value, "variable")
        for where, variables in both.items()
        for name, value in variables.items()
    }
