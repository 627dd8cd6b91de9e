"""What filters and methods of templates make of values that are known, a line for each."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from orchestrator.adapters.ansible.adoption.loops import cartesian, pairs_of, subelements

Values = list[Any] | None
"""Every value that something may have. Empty: it is not defined. None: only a run knows."""

MOST = 256
"""Beyond this many, a choice counts as unknown; patterns beyond this length are not tried."""
_LONGEST = 4096
SAME = frozenset(
    {
        *("bool", "difference", "expanduser", "int", "intersect", "list", "mandatory", "quote", "realpath"),
        *("reject", "rejectattr", "reverse", "select", "selectattr", "sort", "string", "unique"),
    }
)
"""Filters after which nothing is there that was not there before: what they take away counts on."""
ANY_ELEMENT = frozenset({"first", "last", "max", "min", "random"})
"""Filters of one element. Which one is not certain after a filter that is only followed roughly, so it may be any."""
METHODS = frozenset({"join", "lower", "lstrip", "replace", "rstrip", "split", "strip", "title", "upper"})
"""Methods of text that are called as they are."""


def text_of(value: Any) -> str:
    """A value as a template prints it."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def filtered(name: str, values: list[Any], given: list[Any], options: Mapping[str, Any]) -> Values:
    """What a filter makes of each value; None for a filter that is not known. `options`: what it is given by name."""
    if name in _OF_TEXT:
        return [_OF_TEXT[name](text_of(value)) for value in values]
    if name == "map":
        return _mapped(values, given, options.get("attribute"))
    if name == "items2dict":
        key, value = options.get("key_name", "key"), options.get("value_name", "value")
        return [_as_mapping(each, key, value) for each in values if isinstance(each, list)]
    form = _FORMS.get(name)
    if form is None or len(given) < form.needs:
        return None
    try:
        return [form.act(value, *given[: form.takes]) for value in values if isinstance(value, form.of)]
    except (re.error, IndexError, TypeError, ValueError):
        return None


def by_method(text: str, name: str, arguments: tuple[Any, ...]) -> Any:
    """What a method of text returns; None where it takes no such arguments."""
    try:
        return getattr(text, name)(*arguments)
    except (TypeError, ValueError):
        return None


class _Form:
    def __init__(self, of: Any, act: Callable[..., Any], needs: int = 0, takes: int | None = None) -> None:
        self.of, self.act, self.needs, self.takes = of, act, needs, needs if takes is None else takes


def _flat(value: list[Any]) -> Iterable[Any]:
    for each in value:
        yield from _flat(each) if isinstance(each, list) else [each]


def _replaced(value: str, pattern: str, new: str) -> str:
    if len(pattern) > MOST:
        raise ValueError(pattern)
    return re.sub(pattern, new, value[:_LONGEST])


def _split(value: str, separator: str | None = None) -> list[str]:
    return value.split(separator)


def _joined(value: list[Any], separator: str = "") -> str:
    return separator.join(map(text_of, value))


_OF_TEXT: Mapping[str, Callable[[str], str]] = {
    "basename": posixpath.basename,
    "dirname": posixpath.dirname,
    "lower": str.lower,
    "trim": str.strip,
    "upper": str.upper,
}
_FORMS: Mapping[str, _Form] = {
    "combine": _Form(Mapping, lambda value, other: {**value, **other}, 1),
    "dict2items": _Form(Mapping, pairs_of),
    "flatten": _Form(list, lambda value: list(_flat(value))),
    "join": _Form(list, _joined, 0, 1),
    "product": _Form(list, lambda value, other: cartesian([value, other]), 1),
    "regex_replace": _Form(str, _replaced, 2),
    "replace": _Form(str, str.replace, 2),
    "split": _Form(str, _split, 0, 1),
    "subelements": _Form(list, subelements, 1),
    "union": _Form(list, lambda value, other: [*value, *other], 1),
}


def _as_mapping(entries: list[Any], key: str, value: str) -> dict[Any, Any]:
    pairs = [each for each in entries if isinstance(each, Mapping) and key in each]
    return {each[key]: each.get(value) for each in pairs if isinstance(each[key], str | int)}


def _mapped(values: list[Any], given: list[Any], attribute: Any) -> Values:
    """`map(attribute='x')`, and `map('NAME')` with a filter of one value."""
    lists = [value for value in values if isinstance(value, list)]
    if attribute is not None:
        return [
            [each[attribute] for each in value if isinstance(each, Mapping) and attribute in each]
            for value in lists
        ]
    name = text_of(given[0]) if len(given) == 1 else ""
    if name in ("first", "last"):
        return [[each[0 if name == "first" else -1] for each in value if each] for value in lists]
    made = [filtered(name, value, [], {}) if name in (*_OF_TEXT, *_FORMS) else None for value in lists]
    return None if any(each is None for each in made) else list(made)
