"""Makes the effective plan: which ingredient has which parts, and what each part's digest is taken of.

What a plan says of one environment alone (which, with which inventory and hosts, when, on whose word) is a part of `hosts`,
so that all other ingredients are the same wherever the release goes, and a rehearsal elsewhere can cover them (docs/adr/0023).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from orchestrator.domain.plan.effective_plan import INGREDIENTS, EffectivePlan, Ingredient, IngredientName
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.canonical import digest_of, fields_of
from orchestrator.domain.text.model_base import Noun

Digests = Mapping[str, str]

PLACE = ("environment", "inventory", "dynamic_inventory", "vault_password_file")
"""Fields of `resources` that say where a deployment goes and how it gets in there."""
ELSEWHERE = ("schedule", "approval")
"""Sections of the plan that are of one environment: when, and on whose word."""
_PLACED = frozenset(f"the plan's {what}" for what in ("resources", "strategy", *ELSEWHERE))


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

    By absolute paths `tree` has the files of an inventory that is no part of the project, and is read where it lies.
    Plan, model and policy are digested as what they mean, so that a comment in one of them voids nothing. Variables
    are those of the plan; those of roles are files of the tree, and those beside the plan's inventory parts of `hosts`.
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


def with_files(
    before: EffectivePlan,
    plan: ReleasePlan,
    targets: Sequence[Target],
    waves: Sequence[Wave],
    *,
    tree: Digests,
    artefacts: Digests,
) -> EffectivePlan:
    """The same effective plan over other files. What is no file stays as it was digested then, by whatever version of orch.

    A host that has the name of a file beside the plan's inventory is digested anew, so that the two are told apart.
    """
    inventory, hosts = _inventory(plan, tree), before.parts("hosts")
    no_files = {*_PLACED, *(target.host for target in targets)}
    like_files = _inventory(plan, dict.fromkeys(no_files, ""))
    kept = {name: hosts[name] for name in no_files if name in hosts and name not in like_files}
    anew = {**_hosts(targets, waves), **_place(plan)} if like_files else {}
    files: dict[IngredientName, Mapping[str, str]] = {
        "hosts": {**kept, **{name: anew[name] for name in like_files}, **inventory},
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
    """Of these the files of an inventory that lies outside of the project, and is read there."""
    return {path: digest for path, digest in files.items() if path.startswith("/")}


def rehearsed_plan(
    there: EffectivePlan,
    targets: Iterable[Target],
    written: ReleasePlan,
    model: DeploymentModel | None,
    policy: ReleasePolicy | None,
    elsewhere: Digests,
) -> EffectivePlan:
    """What a rehearsal covers: the plan as it is written, with the very files that the rehearsal runs with, and no hosts.

    `elsewhere` is the tree where the plan goes. Of the rehearsal's own inventory, what is no file there is left out.
    """
    parts = {ingredient.name: ingredient.parts for ingredient in there.ingredients}
    no_files = {*_place(written), *(target.host for target in targets)}
    inventory = {
        path: digest for path, digest in parts["hosts"].items() if path not in no_files and path in elsewhere
    }
    return effective_plan(
        written,
        (),
        (),
        model=model,
        policy=policy,
        tree={**_inventory(written, elsewhere), **parts["playbook tree"], **inventory},
        artefacts=parts["artefacts"],
    )


def _inventory(plan: ReleasePlan, tree: Digests) -> dict[str, str]:
    """The files that Ansible reads as the plan's inventory: a folder, or a file and the variables beside it, wherever it lies.

    What is read for a playbook as well stays in the tree: variables beside both, and a folder with playbooks in it.
    """
    playbooks = (plan.strategy.playbook, plan.backout.playbook)
    inventory, beside = _inventory_places(plan.resources.inventory, playbooks)
    if inventory == ".":
        return dict(tree)
    places = (inventory, *beside) if inventory in tree else (inventory,)
    below = ("/", *(f"{place}/" for place in places if place))
    return {path: digest for path, digest in tree.items() if path in places or path.startswith(below)}


@lru_cache(maxsize=64)
def _inventory_places(inventory: str, playbooks: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    """Where the inventory is, empty where a playbook is in it; and the folders that are read with it where it is a file."""
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
    """What the plan says of its environment alone; no host can have such a name."""
    strategy = plan.strategy
    named = [wave.hosts for wave in strategy.waves if wave.hosts]
    sections = fields_of(plan)
    resources = sections["resources"]
    placed: dict[str, Any] = {
        "the plan's resources": {name: resources[name] for name in PLACE if name in resources},
        "the plan's strategy": [strategy.hosts, strategy.pilot.hosts if strategy.pilot else None, named],
        **{f"the plan's {name}": sections[name] for name in ELSEWHERE if name in sections},
    }
    return {name: digest_of(value, name) for name, value in placed.items()}


def _anywhere(strategy: dict[str, Any]) -> dict[str, Any]:
    """The strategy without the names of hosts: that some are named stays in it, and which does not."""
    waves = [_unnamed(wave) for wave in strategy["waves"]]
    pilot = _unnamed(strategy["pilot"]) if strategy["pilot"] else None
    rest = {name: value for name, value in strategy.items() if name != "hosts"}
    return {**rest, "waves": waves, "pilot": pilot}


def _unnamed(wave: dict[str, Any]) -> dict[str, Any]:
    return {**wave, "hosts": wave["hosts"] is not None}


def _named(noun: Noun | None, name: str) -> dict[str, str]:
    return {} if noun is None else {name: digest_of(noun, "noun")}


def _hosts(targets: Iterable[Target], waves: Iterable[Wave]) -> dict[str, str]:
    wave_of = {host: wave.number for wave in waves for host in wave.hosts}
    return {target.host: host_digest(target, wave_of.get(target.host)) for target in targets}


def host_digest(target: Target, wave: int | None) -> str:
    """The digest of a host, how it is reached, and in which wave it is."""
    return digest_of({"target": target, "wave": wave}, "host")


def _variables(plan: ReleasePlan) -> dict[str, str]:
    both = {"strategy": plan.strategy.variables, "backout": plan.backout.variables}
    return {
        f"{where}.variables.{name}": digest_of(value, "variable")
        for where, variables in both.items()
        for name, value in variables.items()
    }
