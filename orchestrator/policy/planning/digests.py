"""Makes the effective plan: the parts of each ingredient, and the content that each part's digest covers.

Whatever a plan states about one environment (its name, inventory, hosts, schedule, approvals) is a part of `hosts`. All
other ingredients are therefore equal in every environment, and a rehearsal elsewhere can cover them (docs/adr/0023).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from orchestrator.domain.plan.effective_plan import INGREDIENTS, EffectivePlan, Ingredient, IngredientName
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import StageSpec
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.canonical import digest_of, fields_of
from orchestrator.domain.text.model_base import Variables

Digests = Mapping[str, str]

PLACE = ("environment", "inventory", "dynamic_inventory", "vault_password_file", "zones")
"""Fields of `resources` that depend on the environment."""
ELSEWHERE = ("schedule", "approval")
"""Sections of the plan that depend on the environment: schedule and approvals."""
NOT_REHEARSED = (
    *("orch", "policy", "version", "title", "applies_to", "retention"),
    *("change_types", "modes", "strategies", "models", "standard", "verification", "frequency"),
    *("approvals", "separation", "roles", "emergency", "rehearsal", "unsigned_words", "ssh_passwords"),
    *(
        "late_backout",
        "concessions",
        "confirm",
        "sign_off",
        "changed_by",
        "major",
        "people",
        "planning_mistakes",
        "document",
        "documents",
        "review",
        "communication",
    ),
    *("windows", "freezes", "window_override", "undo_before_close", "margin"),
)
"""Fields of a policy that no result of a rehearsal depends on (docs/adr/0069); any other field is covered."""
_ENVIRONMENT = "the environment"
_PLACED = frozenset([*(f"the plan's {what}" for what in ("resources", "strategy", *ELSEWHERE)), _ENVIRONMENT])


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

    `tree` lists the files of an inventory outside the project by absolute paths; it is read where it lies. Plan, model and
    policy are digested by meaning, so that a comment in one of them voids nothing. Variables are those of the plan; those
    of roles are files of the tree, and those beside the plan's inventory parts of `hosts`.
    """
    inventory = _inventory(plan, tree)
    parts: dict[str, Mapping[str, str]] = {
        "plan": _sections(plan),
        "model": _named(model, f"{model.model} {model.version}" if model else ""),
        "policy": _named(policy, f"{policy.policy} {policy.version}" if policy else ""),
        "hosts": {**_hosts(targets, waves), **_place(plan), **inventory},
        "playbook tree": {path: digest for path, digest in tree.items() if path not in inventory},
        "artefacts": artefacts,
        "variables": _variables(plan),
    }
    return EffectivePlan(
        ingredients=tuple(Ingredient(name=name, parts=dict(parts[name])) for name in INGREDIENTS)
    )


def in_environment(plan: EffectivePlan, environment: Environment | None) -> EffectivePlan:
    """The effective plan with what a file says of its environment among `hosts`: a rehearsal is in another (docs/adr/0067)."""
    if environment is None:
        return plan
    return EffectivePlan.of_valid(
        ingredients=tuple(
            Ingredient.of_valid(name=i.name, parts={**i.parts, _ENVIRONMENT: environment.digest})
            if i.name == "hosts"
            else i
            for i in plan.ingredients
        )
    )


def with_files(
    before: EffectivePlan,
    plan: ReleasePlan,
    targets: Sequence[Target],
    waves: Sequence[Wave],
    *,
    tree: Digests,
    artefacts: Digests,
) -> EffectivePlan:
    """The effective plan with other files. Parts that are not files keep their digest, whichever version of orch made it.

    A host with the name of a file beside the plan's inventory is digested again, so that the two stay distinct.
    """
    inventory, hosts = _inventory(plan, tree), before.parts("hosts")
    no_files = {*_PLACED, *(target.host for target in targets)}
    like_files = _inventory(plan, dict.fromkeys(no_files, ""))
    kept = {name: hosts[name] for name in no_files if name in hosts and name not in like_files}
    anew = {**_hosts(targets, waves), **_place(plan)} if like_files else {}
    files: dict[IngredientName, Mapping[str, str]] = {
        "hosts": {**kept, **{name: anew[name] for name in like_files if name in anew}, **inventory},
        "playbook tree": {path: digest for path, digest in tree.items() if path not in inventory},
        "artefacts": artefacts,
    }
    if all(before.parts(name) == files[name] for name in files):
        return before
    return EffectivePlan.of_valid(
        ingredients=tuple(
            Ingredient.of_valid(name=ingredient.name, parts=dict(files[ingredient.name]))
            if ingredient.name in files
            else ingredient
            for ingredient in before.ingredients
        )
    )


def in_place_of(files: Digests) -> dict[str, str]:
    """The files of an inventory outside the project, which is read where it lies."""
    return {path: digest for path, digest in files.items() if path.startswith("/")}


def rehearsed_policy(policy: ReleasePolicy | None) -> Ingredient:
    """The policy as a rehearsal covers it: the fields on which its result depends; none for no policy."""
    fields = fields_of(policy) if policy is not None else {}
    parts = {
        f"the policy's {name}": digest_of(value, f"policy {name}")
        for name, value in fields.items()
        if name not in NOT_REHEARSED
    }
    return Ingredient(name="policy", parts=parts)


def rehearsed_plan(
    there: EffectivePlan,
    targets: Iterable[Target],
    written: ReleasePlan,
    model: DeploymentModel | None,
    policy: ReleasePolicy | None,
    elsewhere: Digests,
) -> EffectivePlan:
    """What a rehearsal covers: the plan as written, with the files that the rehearsal runs with, and without hosts.

    Of the policy it holds what a rehearsal depends on.

    `elsewhere` is the tree for the plan's own environment. Parts of the rehearsal's inventory that are not files there are
    left out.
    """
    parts = {ingredient.name: ingredient.parts for ingredient in there.ingredients}
    no_files = {*_place(written), *(target.host for target in targets)}
    inventory = {
        path: digest for path, digest in parts["hosts"].items() if path not in no_files and path in elsewhere
    }
    whole = effective_plan(
        written,
        (),
        (),
        model=model,
        policy=None,
        tree={**_inventory(written, elsewhere), **parts["playbook tree"], **inventory},
        artefacts=parts["artefacts"],
    )
    ingredients = (
        rehearsed_policy(policy) if ingredient.name == "policy" else ingredient
        for ingredient in whole.ingredients
    )
    return EffectivePlan(ingredients=tuple(ingredients))


def _inventory(plan: ReleasePlan, tree: Digests) -> dict[str, str]:
    """The files that Ansible reads as the plan's inventory: a folder, or a file and the variables beside it, wherever it lies.

    Files that playbooks read as well stay in the tree: variables beside both, and a folder that contains playbooks.
    """
    playbooks = plan.playbooks
    inventory, beside = _inventory_places(plan.resources.inventory, playbooks)
    if inventory == ".":
        return dict(tree)
    places = (inventory, *beside) if inventory in tree else (inventory,)
    below = ("/", *(f"{place}/" for place in places if place))
    return {path: digest for path, digest in tree.items() if path in places or path.startswith(below)}


@lru_cache(maxsize=64)
def _inventory_places(inventory: str, playbooks: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The inventory path, empty where a playbook is in it; and the folders read with it where it is a file."""
    place, runs = PurePosixPath(inventory), [PurePosixPath(playbook) for playbook in playbooks]
    if any(place in playbook.parents for playbook in runs):
        return "", ()
    shared = any(place.parent == playbook.parent for playbook in runs)
    beside = () if shared else tuple(str(place.parent / name) for name in ("group_vars", "host_vars"))
    return str(place), beside


def _sections(plan: ReleasePlan) -> dict[str, str]:
    sections = fields_of(plan)
    sections["resources"] = {
        name: value for name, value in sections["resources"].items() if name not in PLACE
    }
    sections["strategy"] = _anywhere(sections["strategy"])
    return {
        name: digest_of(section, f"plan {name}")
        for name, section in sections.items()
        if name not in ELSEWHERE
    }


def _place(plan: ReleasePlan) -> dict[str, str]:
    """The part of the plan that depends on the environment; no host can have this name."""
    strategy = plan.strategy
    named: list[Any] = [wave.hosts for wave in strategy.waves if wave.hosts]
    if strategy.stages:
        named += [_hosts_named(stage) for stage in strategy.stages]
    sections = fields_of(plan)
    resources = sections["resources"]
    placed: dict[str, Any] = {
        "the plan's resources": {name: resources[name] for name in PLACE if name in resources},
        "the plan's strategy": [strategy.hosts, strategy.pilot.hosts if strategy.pilot else None, named],
        **{f"the plan's {name}": sections[name] for name in ELSEWHERE if name in sections},
    }
    return {name: digest_of(value, name) for name, value in placed.items()}


def _anywhere(strategy: dict[str, Any]) -> dict[str, Any]:
    """The strategy without host names: it still shows that some are named, but not which."""
    waves = [_unnamed(wave) for wave in strategy["waves"]]
    pilot = _unnamed(strategy["pilot"]) if strategy["pilot"] else None
    rest = {name: value for name, value in strategy.items() if name != "hosts"}
    stages = (
        {"stages": [_stage_anywhere(stage) for stage in strategy["stages"]]} if "stages" in strategy else {}
    )
    return {**rest, "waves": waves, "pilot": pilot, **stages}


def _stage_anywhere(stage: dict[str, Any]) -> dict[str, Any]:
    """A stage without host names. Its own hosts are said by `on`, which is of the place too."""
    pilot = _unnamed(stage["pilot"]) if stage["pilot"] else None
    rest = {name: value for name, value in stage.items() if name != "on"}
    return {**rest, "waves": [_unnamed(wave) for wave in stage["waves"]], "pilot": pilot}


def _hosts_named(stage: StageSpec) -> list[Any]:
    waves = [wave.hosts for wave in stage.waves if wave.hosts]
    return [stage.on, stage.pilot.hosts if stage.pilot else None, waves]


def _unnamed(wave: dict[str, Any]) -> dict[str, Any]:
    return {**wave, "hosts": wave["hosts"] is not None}


def _named(rule: DeploymentModel | ReleasePolicy | None, name: str) -> dict[str, str]:
    return {} if rule is None else {name: rule_digest(rule)}


def rule_digest(rule: DeploymentModel | ReleasePolicy) -> str:
    """The digest of a model or policy by its meaning: without its section `document`, so that a review voids nothing."""
    return digest_of(rule.model_copy(update={"document": None}), "noun")


def _hosts(targets: Iterable[Target], waves: Iterable[Wave]) -> dict[str, str]:
    waves_of: dict[str, list[int]] = {}
    for wave in waves:
        for host in wave.hosts:
            waves_of.setdefault(host, []).append(wave.number)
    return {target.host: host_digest(target, _only(waves_of.get(target.host, []))) for target in targets}


def _only(numbers: list[int]) -> int | list[int] | None:
    return numbers if len(numbers) > 1 else next(iter(numbers), None)


def host_digest(target: Target, wave: int | list[int] | None) -> str:
    """The digest of a host, how it is reached, and its wave, or its waves in several stages."""
    return digest_of({"target": target, "wave": wave}, "host")


def _variables(plan: ReleasePlan) -> dict[str, str]:
    both = {"strategy": plan.strategy.variables, "backout": plan.backout.variables}
    of_stages: dict[str, Variables] = {}
    for stage in plan.strategy.stages:
        of_stages |= {
            f"stage {stage.name}": stage.variables,
            f"stage {stage.name} backout": stage.backout.variables,
        }
    return {
        f"{where}.variables.{name}": digest_of(value, "variable")
        for where, variables in (both | of_stages).items()
        for name, value in variables.items()
    }
