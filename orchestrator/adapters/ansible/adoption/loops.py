"""The rounds of a loop in its old forms, `with_dict` and its like, from lists and mappings whose values are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product, zip_longest
from typing import Any

MOST_ROUNDS = 512


def pairs_of(mapping: Mapping[Any, Any]) -> list[Any]:
    """A mapping as `with_dict` and `dict2items` give it."""
    return [{"key": key, "value": value} for key, value in mapping.items()]


def cartesian(lists: list[Any]) -> list[Any]:
    """Every combination of one element of each list."""
    return [list(each) for each, _ in zip(product(*map(_as_list, lists)), range(MOST_ROUNDS), strict=False)]


def together(lists: list[Any]) -> list[Any]:
    """The first elements of all lists, then the second ones."""
    return [list(each) for each in zip_longest(*map(_as_list, lists))]


def subelements(elements: Any, key: str) -> list[Any]:
    """Each element with each entry of the list that it has below a key."""
    return [[each, entry] for each in _as_list(elements) for entry in _below(each, key)]


def rounds_of(kind: str, value: Any) -> list[Any] | None:
    """The rounds of `with_KIND` over what it was given; None for a kind that is not known here."""
    if kind in ("items", "list", "flattened", "loop"):
        return list(_flat(value)) if kind == "flattened" else _as_list(value)
    if kind == "dict":
        return pairs_of(value) if isinstance(value, Mapping) else []
    if kind == "subelements" and isinstance(value, list) and len(value) > 1:
        return subelements(value[0], str(value[1]))
    make = _OF_LISTS.get(kind)
    return make(value) if make and isinstance(value, list) else None


_OF_LISTS: Mapping[str, Callable[[list[Any]], list[Any]]] = {
    "cartesian": cartesian,
    "nested": cartesian,
    "together": together,
}


def _below(element: Any, key: str) -> list[Any]:
    for step in key.split("."):
        element = element.get(step) if isinstance(element, Mapping) else None
    return _as_list(element) if element is not None else []


def _flat(value: Any) -> Iterator[Any]:
    for each in _as_list(value):
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
