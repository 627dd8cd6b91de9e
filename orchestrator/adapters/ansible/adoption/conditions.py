"""Where a task runs: tests of facts that a backout can ask again, and tasks that no value in the tree lets run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import nodes

from orchestrator.adapters.ansible.adoption.expressions import parsed
from orchestrator.adapters.ansible.tree_check.playbook_files import BLOCKS, Item, PlaybookFiles

_LASTING = (
    "architecture|distribution|distribution_file_variety|distribution_major_version|distribution_release|"
    "distribution_version|machine|os_family|pkg_mgr|service_mgr|system|userspace_architecture"
)
"""Facts of what a host is. `gather_subset: [min]` has each of them."""
_PLAIN = re.compile(rf"(?<![\w.'\"])ansible_({_LASTING})\b(?!\s*\()")
_OF_FACTS = re.compile(rf"ansible_facts(?:\.({_LASTING})\b|\[\s*['\"]({_LASTING})['\"]\s*\])")
_FILTERS = frozenset({"default", "d", "int", "list", "lower", "string", "trim", "upper", "float", "bool"})
NOWHERE = "false"
"""Stands for a condition that holds on no host."""
_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_AND = re.compile(r"\s+and\s+")


class Conditions:
    """The tests of facts for each task of a play, with those of the blocks, includes and roles that it stands in.

    `never`: whether a condition holds for none of the values that the tree gives its variables.
    """

    def __init__(self, files: PlaybookFiles, never: Callable[[str], bool]) -> None:
        self._files, self._never = files, never
        self._of_part: dict[int, tuple[str, ...]] = {}
        self._of_file: dict[Path, list[tuple[Path, tuple[str, ...]]]] = {}

    def read(self, play: Item, tasks: Iterable[Item]) -> None:
        """Note where tasks stand; each before those that are included by it, as PlaybookFiles gives them."""
        for entry in play.keys.get("roles") or []:
            self._read_role(entry, play)
        for task in tasks:
            tests = (*self._of_part.get(id(task.keys), ()), *self._own(task.keys))
            for child in _children(task.keys):
                self._of_part[id(child)] = tests
            for name, path in self._files.included_by(task):
                more = (*tests, *_choice(name, path))
                self._of_file.setdefault(path.resolve(), []).append((task.file, more))

    def of(self, task: Item) -> tuple[str, ...]:
        """Tests that all hold where the task runs; none where nothing is certain of that. NOWHERE among them: it never runs."""
        tests = (*self._of_part.get(id(task.keys), ()), *self._own(task.keys))
        return tuple(dict.fromkeys((*tests, *self._of_place(task.file, 0))))

    def _own(self, keys: Mapping[str, Any]) -> tuple[str, ...]:
        given = keys.get("when")
        parts = [str(part) for part in (given if isinstance(given, list) else [given]) if part is not None]
        return (NOWHERE,) if any(map(self._never, parts)) else tests_in(given)

    def _of_place(self, file: Path, depth: int) -> tuple[str, ...]:
        """Those of a file that is included at one place only."""
        places = self._of_file.get(file.resolve(), [])
        if len(places) != 1 or depth > 16:
            return ()
        above, tests = places[0]
        return (*tests, *self._of_place(above, depth + 1))

    def _read_role(self, entry: Any, play: Item) -> None:
        folder = self._files.role_of(entry, play)
        if folder is None or self._files.role_uses.get(folder) != 1:
            return
        tests = self._own(entry) if isinstance(entry, Mapping) else ()
        for part in ("tasks", "handlers"):
            for end in (".yml", ".yaml"):
                self._of_file.setdefault((folder / part / f"main{end}").resolve(), []).append(
                    (play.file, tests)
                )


def tests_in(condition: Any) -> tuple[str, ...]:
    """The parts of a `when` that are made of lasting facts alone; what is left out makes them hold more often."""
    entries = condition if isinstance(condition, list) else [condition]
    return tuple(test for entry in entries if isinstance(entry, str) for test in _tests(entry.strip()))


def _tests(text: str) -> Iterator[str]:
    test = _test(text)
    if test is not None:
        yield test
    elif "(" not in text and " or " not in text and " if " not in text:
        yield from filter(None, map(_test, _AND.split(text)))


def _test(text: str) -> str | None:
    """The test with facts by `ansible_facts`, which a run always has; None where it needs more than facts."""
    rewritten = _PLAIN.sub(r"ansible_facts['\1']", text)
    tree = None if "{" in text else parsed(rewritten)
    if tree is None or not _OF_FACTS.search(rewritten) or "ansible_facts" in _OF_FACTS.sub("", rewritten):
        return None
    inside = [tree, *tree.find_all(nodes.Node)]
    safe = all(not isinstance(node, nodes.Call) for node in inside)
    names = {node.name for node in inside if isinstance(node, nodes.Name)}
    filters = {node.name for node in inside if isinstance(node, nodes.Filter)}
    return rewritten if safe and names == {"ansible_facts"} and filters <= _FILTERS else None


def _choice(name: str, path: Path) -> Iterator[str]:
    """That an include whose name is made of facts leads to this file."""
    pieces, at = [], 0
    for match in _TEMPLATE.finditer(name):
        fact = _test(match[1].strip())
        if fact is None:
            return
        pieces += [repr(name[at : match.start()]), f"({fact})"]
        at = match.end()
    if pieces and "\\" not in name:
        whole = " ~ ".join([*pieces, repr(name[at:])])
        chosen = str(path)[-_length(name, path) :]
        yield f"{whole} == {chosen!r}"


def _length(name: str, path: Path) -> int:
    """How much of the path the name stands for: as many folders as it has."""
    return len("/".join(path.parts[-(name.count("/") + 1) :]))


def _children(keys: Mapping[str, Any]) -> Iterator[Any]:
    for part in BLOCKS:
        value = keys.get(part)
        yield from value if isinstance(value, list) else []
