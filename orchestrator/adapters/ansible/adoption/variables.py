"""The values that a variable of a tree can have, as far as its files say so without being run.

Every literal that any file gives a name is a candidate, whichever of them would win on a host: what is kept for one
value too many is only a path that was absent before and is absent after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"([A-Za-z_]\w*)((?:\.\w+|\[\s*['\"][^'\"]*['\"]\s*\])*)")
_STEP = re.compile(r"\.(\w+)|\[\s*['\"]([^'\"]*)['\"]\s*\]")
_DEFAULT = re.compile(r"default\(\s*(?:'([^']*)'|\"([^\"]*)\"|([A-Za-z_]\w*))?\s*(?:,\s*\w+)?\)")
_KEPT = ("inventory_hostname",)
"""Names that stay in the text: the run itself knows their value on each host."""
_MOST = 24
_DEEPEST = 8


class Variables:
    """Candidates by name. A name of which a value cannot be read (`register`, a fact) has none."""

    def __init__(self) -> None:
        self._values: dict[str, list[Any]] = {}
        self._unknown: set[str] = set()

    def add(self, values: Mapping[str, Any]) -> None:
        """The values of one place: a file, a play, a task, an entry of roles."""
        for name, value in values.items():
            known = self._values.setdefault(str(name), [])
            if value not in known:
                known.append(value)

    def forget(self, name: str) -> None:
        """A name whose value only a run knows."""
        self._unknown.add(name)

    def texts(self, value: Any, item: Iterable[Any] = (), depth: int = 0) -> list[str] | None:
        """Every text that this may be; None where that is not certain. `item`: the values of the loop."""
        if isinstance(value, bool):
            return ["true" if value else "false"]
        if isinstance(value, int | float):
            return [str(value)]
        if not isinstance(value, str) or "{%" in value:
            return None
        pieces: list[list[str]] = []
        at = 0
        for match in _EXPRESSION.finditer(value):
            candidates = self._expression(match[1].strip(), list(item), depth)
            if candidates is None:
                return None
            pieces += [[value[at : match.start()]], candidates]
            at = match.end()
        pieces.append([value[at:]])
        combined = ["".join(parts) for parts in product(*pieces)]
        return list(dict.fromkeys(combined)) if len(combined) <= _MOST else None

    def items(self, value: Any, depth: int = 0) -> list[Any] | None:
        """The elements of a loop; None where they are not certain."""
        if isinstance(value, list):
            elements: list[Any] = []
            for each in value:
                nested = self._of_reference(each, depth) if isinstance(each, str) else None
                lists = [inner for inner in nested or [] if isinstance(inner, list)]
                elements += [part for inner in lists for part in inner] if lists else [each]
            return elements
        if isinstance(value, str) and depth < _DEEPEST:
            candidates = self._of_reference(value, depth)
            if candidates is None:
                candidates = self._values.get(value) if re.fullmatch(r"[A-Za-z_]\w*", value) else None
            if candidates is None:
                return None
            several = [self.items(each, depth + 1) for each in candidates if each]
            if any(each is None for each in several):
                return None
            return [part for each in several for part in each or []]
        return None

    def _of_reference(self, value: str, depth: int) -> list[Any] | None:
        match = re.fullmatch(r"\{\{\s*(.*?)\s*\}\}", value, re.DOTALL)
        return self._raw(match[1], [], depth) if match and "{{" not in match[1] else None

    def _expression(self, text: str, item: list[Any], depth: int) -> list[str] | None:
        if text in _KEPT:
            return ["{{ " + text + " }}"]
        raw = self._raw(text, item, depth)
        if raw is None:
            return None
        texts: list[str] = []
        for value in raw:
            some = self.texts(value, item, depth + 1)
            if some is None:
                return None
            texts += some
        return list(dict.fromkeys(texts)) or None

    def _raw(self, text: str, item: list[Any], depth: int) -> list[Any] | None:
        """The values of `name`, `name.key`, and either with `| default(...)`."""
        if depth >= _DEEPEST:
            return None
        head, *filters = [part.strip() for part in text.split("|")]
        literal = re.fullmatch(r"'([^']*)'|\"([^\"]*)\"", head)
        candidates = [literal[1] or literal[2] or ""] if literal else self._named(head, item, depth)
        for each in filters:
            match = _DEFAULT.fullmatch(each)
            if match is None:
                return None
            other = self._named(match[3], item, depth) if match[3] else [match[1] or match[2] or ""]
            # `omit` leaves the argument out.
            other = [""] if match[3] == "omit" else other
            candidates = (candidates or []) + (other or []) if candidates or other else None
        return candidates

    def _named(self, text: str, item: list[Any], depth: int) -> list[Any] | None:
        match = _NAME.fullmatch(text)
        if match is None or (match[1] in self._unknown and match[1] != "item"):
            return None
        values: list[Any] = item if match[1] == "item" else self._values.get(match[1], [])
        for step in _STEP.finditer(match[2]):
            key = step[1] or step[2]
            values = [self._opened(value, depth) for value in values]
            values = [value[key] for value in values if isinstance(value, Mapping) and key in value]
        return values or None

    def _opened(self, value: Any, depth: int) -> Any:
        """A reference to another mapping, read one step further."""
        if isinstance(value, str):
            candidates = self._of_reference(value, depth + 1)
            return candidates[0] if candidates else value
        return value
