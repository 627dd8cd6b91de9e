"""The one way to write a value as bytes, so that a digest or signature of it is the same everywhere, in every version.

A field that a later version added is not written while it has its default: the plan means what it meant before the field
existed, and what was approved stays approved (docs/adr/0046).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Since:
    """Marks a field that was added in this version: `pace: Annotated[Seconds, Since("0.2")] = 0.0`. The mark stays for ever."""

    version: str


def canonical(value: Any) -> bytes:
    """JSON in UTF-8 with sorted keys and no spaces; a noun is written as `fields_of` it.

    Raises ValueError for NaN and infinity, TypeError for what JSON does not know.
    """
    return _JSON.encode(value).encode("utf-8")


def digest_of(value: Any, purpose: str) -> str:
    """SHA-256 of the canonical form, prefixed with `purpose`, so that a digest never passes for one of another kind."""
    return hashlib.sha256(f"orch {purpose}\n".encode() + canonical(value)).hexdigest()


def fields_of(noun: BaseModel) -> dict[str, Any]:
    """The fields as JSON values with their defaults, without later fields at their default; also in nested nouns."""
    written = noun.model_dump(mode="json")
    return _noun_without_later(noun, written) if _has_grown(type(noun)) else written


@cache
def later_fields(kind: type[BaseModel]) -> Mapping[str, Since]:
    """The fields that a later version added to this noun, with their marks."""
    marks = {
        name: next((mark for mark in field.metadata if isinstance(mark, Since)), None)
        for name, field in kind.model_fields.items()
    }
    return {name: mark for name, mark in marks.items() if mark is not None}


def default_of(kind: type[BaseModel], name: str) -> Any:
    """The default of a field as it is written. Raises ValueError for a later field that has none."""
    field = kind.model_fields[name]
    if field.is_required():
        raise ValueError(
            f"{kind.__name__}.{name} was added later and has no default, so no earlier plan is one"
        )
    default = field.get_default(call_default_factory=True, validated_data={})
    alone = kind.model_construct(**{name: default})
    return _without_later(default, alone.model_dump(mode="json", include={name})[name])


def nouns_within(annotation: Any) -> dict[type[BaseModel], None]:
    """Every noun type within a value of this type, including itself, in the order of the fields."""
    kinds: dict[type[BaseModel], None] = {}
    _collect(annotation, kinds)
    return kinds


def _collect(annotation: Any, kinds: dict[type[BaseModel], None]) -> None:
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        for part in get_args(annotation):
            _collect(part, kinds)
    elif annotation not in kinds:
        kinds[annotation] = None
        for field in annotation.model_fields.values():
            _collect(field.annotation, kinds)


@cache
def _has_grown(kind: type[BaseModel]) -> bool:
    return any(later_fields(part) for part in nouns_within(kind))


def _without_later(value: Any, written: Any) -> Any:
    """The written form of a value, without the later fields at their default of every noun in it."""
    match value:
        case BaseModel():
            return _noun_without_later(value, written) if _has_grown(type(value)) else written
        case tuple() | list():
            return [_without_later(*item) for item in zip(value, written, strict=True)]
        case dict():
            items = zip(value.values(), written.items(), strict=True)
            return {key: _without_later(item, below) for item, (key, below) in items}
        case _:
            return written


def _noun_without_later(noun: BaseModel, written: dict[str, Any]) -> dict[str, Any]:
    whole = {name: _without_later(getattr(noun, name), below) for name, below in written.items()}
    for name in later_fields(type(noun)):
        if name in whole and canonical(whole[name]) == canonical(default_of(type(noun), name)):
            del whole[name]
    return whole


def _fields(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return fields_of(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


_JSON = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_fields
)
