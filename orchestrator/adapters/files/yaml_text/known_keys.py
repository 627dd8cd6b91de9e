"""The keys that a plan may have at a place, from the nouns' annotations."""

from typing import Any, get_args

from pydantic import BaseModel

from orchestrator.domain.plan.check import CHECK_KINDS, CheckBase

Location = tuple[str | int, ...]


def nouns_at(root: type[BaseModel], location: Location) -> list[type[BaseModel]]:
    """The nouns that are allowed at a pydantic location."""
    current: list[type[BaseModel]] = [root]
    for part in location:
        if isinstance(part, int):
            continue
        if part in CHECK_KINDS and any(issubclass(noun, CheckBase) for noun in current):
            current = [CHECK_KINDS[part]]
            continue
        fields = [noun.model_fields[part] for noun in current if part in noun.model_fields]
        current = [noun for field in fields for noun in _nouns_in(field.annotation)]
    return current


def keys_at(root: type[BaseModel], location: Location) -> list[str]:
    """The keys of the nouns at a location, in their order."""
    keys = [
        key
        for noun in nouns_at(root, location)
        for key in (field.alias or name for name, field in noun.model_fields.items())
        if key != "kind" or not _is_check(noun)
    ]
    return list(dict.fromkeys(keys))


def _is_check(noun: type[BaseModel]) -> bool:
    return issubclass(noun, CheckBase)


def _nouns_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [noun for part in get_args(annotation) for noun in _nouns_in(part)]
