"""The values that a variable of a tree can have, as far as its files say so without being run.

Every literal that any file gives a name is a candidate, whichever of them would win on a host: what is kept for one
value too many is only a path that was absent before and is absent after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from orchestrator.adapters.ansible.adoption.expressions import Evaluation, parsed
from orchestrator.adapters.ansible.adoption.filters import Values
from orchestrator.adapters.ansible.adoption.loops import rounds_of
from orchestrator.adapters.ansible.adoption.truth import Truth

Loops = Mapping[str, Values]
"""The values of the loops' variables in one round, by their names; None where only a run knows."""
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SINGLE = re.compile(r"\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)
_KEPT = ("inventory_hostname",)
"""Names that stay in the text: the run itself knows their value on each host."""
_OF_A_RUN = re.compile(
    r"item|ansible_\w+|hostvars|groups|group_names|inventory_\w+|playbook_dir|role_path|role_name|lookup|query|q"
)
"""Names of which only a run knows the value, unless a file of the tree gives one."""
_MOST = 256
_DEEPEST = 8
_MOST_ROUNDS = 512
_NO_LOOP: Loops = {}


class Variables:
    """Candidates by name. A name of which a value cannot be read (`register`, a fact) has none."""

    def __init__(self) -> None:
        self._values: dict[str, list[Any]] = {}
        self._unknown: set[str] = set()
        self._outer: dict[str, list[Any]] = {}
        self._asked: set[str] = set()

    @property
    def names(self) -> set[str]:
        """Names that some file gives a value."""
        return set(self._values)

    def add(self, values: Mapping[str, Any]) -> None:
        """The values of one place: a file, a play, a task, an entry of roles."""
        for name, value in values.items():
            known = self._values.setdefault(str(name), [])
            if value not in known:
                known.append(value)

    def forget(self, name: str) -> None:
        """A name whose value only a run knows."""
        self._unknown.add(name)

    def ask(self, names: Iterable[str]) -> None:
        """Names that a person answers or a plan sets: no condition on them is certain."""
        self._asked.update(names)

    def add_rounds(self, name: str, items: list[Any] | None) -> None:
        """The elements of a loop over an include, by the name that they have within; None: only a run knows them."""
        if items is None:
            self.forget(name)
        known = self._outer.setdefault(name, [])
        known += [item for item in items or [] if item not in known]

    def rounds_around(self, *parts: Any) -> list[Loops]:
        """The rounds of the loops over includes that parts of a task speak of; one without names where there is none."""
        rounds: list[Loops] = [{}]
        for name, items in self._outer.items():
            if any(re.search(rf"\b{re.escape(name)}\b", str(part)) for part in parts):
                values: list[Values] = [None] if name in self._unknown else [[item] for item in items]
                rounds = [{**others, name: value} for others in rounds for value in values]
        return rounds[:_MOST_ROUNDS]

    def texts(self, value: Any, loops: Loops = _NO_LOOP, depth: int = 0) -> list[str] | None:
        """Every text that this may be; None where that is not certain."""
        values = self.values(value, loops, depth)
        if not values or any(isinstance(each, Mapping | list) for each in values):
            return None
        texts = list(dict.fromkeys(_text(each) for each in values))
        return texts if len(texts) <= _MOST else None

    def values(self, value: Any, loops: Loops = _NO_LOOP, depth: int = 0) -> Values:
        """Every value that this may be: empty where it is not defined, None where only a run knows."""
        if not isinstance(value, str) or ("{{" not in value and "{%" not in value):
            return [value]
        if "{%" in value or depth >= _DEEPEST:
            return None
        single = _SINGLE.fullmatch(value.strip())
        return self._evaluated(single[1], loops, depth) if single else self._mixed(value, loops, depth)

    def items(self, value: Any, kind: str = "loop", loops: Loops = _NO_LOOP) -> list[Any] | None:
        """The rounds of a loop; None where they are not certain. `kind`: what stands after `with_`, or `loop`."""
        if isinstance(value, str) and "{{" not in value and value in self._values:
            value = "{{ " + value + " }}"
        candidates = self.values(value, loops)
        if not candidates:
            # An entry that a known mapping lacks is no round; a name that nobody gives a value may be given one.
            return [] if candidates is not None and self._is_known(value, loops) else None
        rounds: list[Any] = []
        for each in candidates:
            several = rounds_of(kind, self._with_lists(each, loops) if isinstance(each, list) else each)
            if several is None:
                return None
            rounds += several
        return rounds

    def _is_known(self, value: Any, loops: Loops) -> bool:
        root = re.match(r"\s*\{\{\s*([A-Za-z_]\w*)", str(value))
        return root is not None and (root[1] in self._values or bool(loops.get(root[1])))

    def never(self, condition: str) -> bool:
        """Whether a condition holds for no value that its variables have. What only a run knows may hold."""
        tree = None if "{" in condition else parsed(condition.strip())
        asked: Loops = dict.fromkeys(self._asked)
        return tree is not None and Truth(self._evaluation(asked, 0)).never(tree)

    def _with_lists(self, entries: list[Any], loops: Loops) -> list[Any]:
        """Entries that are names of lists stand for these, one level deep, as `with_items` takes them."""
        opened: list[Any] = []
        for entry in entries:
            values = self.values(entry, loops) if isinstance(entry, str) and "{{" in entry else None
            lists = [value for value in values or [] if isinstance(value, list)]
            opened += [part for value in lists for part in value] if lists else [entry]
        return opened

    def _mixed(self, value: str, loops: Loops, depth: int) -> Values:
        pieces: list[list[str]] = []
        at = 0
        for match in _EXPRESSION.finditer(value):
            candidates = self.texts("{{" + match[1] + "}}", loops, depth)
            if candidates is None:
                return None
            pieces += [[value[at : match.start()]], candidates]
            at = match.end()
        pieces.append([value[at:]])
        combined = ["".join(parts) for parts in product(*pieces)]
        return list(dict.fromkeys(combined)) if len(combined) <= _MOST else None

    def _evaluated(self, text: str, loops: Loops, depth: int) -> Values:
        tree = parsed(text.strip())
        if tree is None:
            return None
        try:
            return self._evaluation(loops, depth).of(tree)
        except RecursionError:
            return None

    def _evaluation(self, loops: Loops, depth: int) -> Evaluation:
        return Evaluation(
            lambda name: self._named(name, loops, depth), lambda value: self.values(value, loops, depth + 1)
        )

    def _named(self, name: str, loops: Loops, depth: int) -> Values:
        if name in loops:
            of_loop = loops[name]
            if of_loop is None:
                return None
            candidates = of_loop
        elif name in _KEPT:
            return ["{{ " + name + " }}"]
        elif name == "omit":
            # It leaves the argument out.
            return [""]
        elif name in self._unknown:
            return None
        else:
            candidates = self._values.get(name, [])
            if not candidates and _OF_A_RUN.fullmatch(name):
                return None
        several = [self.values(each, loops, depth + 1) for each in candidates]
        return None if any(each is None for each in several) else [v for each in several for v in each or []]


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else "" if value is None else str(value)
