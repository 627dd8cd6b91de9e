"""The effective plan: everything that decides what will run, frozen and digested. What was approved is what runs."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import Literal

from pydantic import model_validator

from orchestrator.domain.text.canonical import digest_of
from orchestrator.domain.text.model_base import Many, Noun, Sha256
from orchestrator.domain.text.validation_error import wrong

IngredientName = Literal["plan", "model", "policy", "hosts", "playbook tree", "artefacts", "variables"]
INGREDIENTS: tuple[IngredientName, ...] = (
    "plan",
    "model",
    "policy",
    "hosts",
    "playbook tree",
    "artefacts",
    "variables",
)
REHEARSED: tuple[IngredientName, ...] = tuple(name for name in INGREDIENTS if name != "hosts")
"""What a rehearsal covers: all but the hosts, because it runs on the hosts of another environment."""


class Ingredient(Noun):
    """One ingredient with the digest of each of its parts, such as each file of the playbook tree."""

    name: IngredientName
    parts: dict[str, Sha256]

    @cached_property
    def digest(self) -> str:
        """One digest over the parts and their names, also where there are no parts."""
        return _digest(self.name, tuple(self.parts.items()))


@lru_cache(maxsize=64)
def _digest(name: IngredientName, parts: tuple[tuple[str, str], ...]) -> str:
    """Cached: the same few plans are digested many times; the arguments are the whole content."""
    return digest_of({"name": name, "parts": dict(parts)}, "ingredient 1")


class EffectivePlan(Noun):
    """All seven ingredients, each once and in order."""

    ingredients: Many[Ingredient]

    @model_validator(mode="after")
    def _all_of_them(self) -> "EffectivePlan":
        if tuple(ingredient.name for ingredient in self.ingredients) != INGREDIENTS:
            raise wrong(f"the ingredients {', '.join(INGREDIENTS)}", "give each of them once, in this order")
        return self

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digest of each ingredient, by name."""
        return {ingredient.name: ingredient.digest for ingredient in self.ingredients}

    def parts(self, name: IngredientName) -> dict[str, str]:
        """The digest of each part of one ingredient."""
        return self.parts_by_name[name]

    @cached_property
    def parts_by_name(self) -> dict[IngredientName, dict[str, str]]:
        """The parts of each ingredient, by name."""
        return {ingredient.name: ingredient.parts for ingredient in self.ingredients}

    def has_file(self, path: str) -> bool:
        """Whether this path is a file of the playbook tree or the inventory, an artefact, or a folder that holds one."""
        path = _plain(path)
        files = (self.parts("playbook tree"), self.parts("artefacts"), self.parts("hosts"))
        return any(path in parts or any(f.startswith(f"{path}/") for f in parts) for parts in files)

    @cached_property
    def digest(self) -> str:
        """The digest that approvals refer to."""
        return _digest_of_all(tuple(self.digests.items()))


@lru_cache(maxsize=256)
def _plain(path: str) -> str:
    return str(PurePosixPath(path))


@lru_cache(maxsize=64)
def _digest_of_all(digests: tuple[tuple[str, str], ...]) -> str:
    return digest_of(dict(digests), "effective plan 1")


class Change(Noun):
    """The differences in one ingredient: the parts that were changed, added or removed."""

    ingredient: IngredientName
    changed: Many[str] = ()
    added: Many[str] = ()
    removed: Many[str] = ()

    def __str__(self) -> str:
        parts = (
            f"{', '.join(parts)} {verb}"
            for verb, parts in (("changed", self.changed), ("added", self.added), ("removed", self.removed))
            if parts
        )
        return f"{self.ingredient} ({'; '.join(parts)})"


def changes_between(before: EffectivePlan, after: EffectivePlan) -> tuple[Change, ...]:
    """Every ingredient that differs, in order; empty only where the two digests are equal."""
    return tuple(_changes(before, after)) if before is not after else ()


def _changes(before: EffectivePlan, after: EffectivePlan) -> Iterator[Change]:
    for old, new in zip(before.ingredients, after.ingredients, strict=True):
        if old.parts != new.parts:
            yield change_of(old, new)


def change_of(old: Ingredient, new: Ingredient) -> Change:
    """The parts that were changed, added or removed between two states of one ingredient."""
    return Change(
        ingredient=old.name,
        changed=tuple(sorted(p for p in old.parts if new.parts.get(p, old.parts[p]) != old.parts[p])),
        added=tuple(sorted(new.parts.keys() - old.parts.keys())),
        removed=tuple(sorted(old.parts.keys() - new.parts.keys())),
    )
