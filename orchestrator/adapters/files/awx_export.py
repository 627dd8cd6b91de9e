"""Reads a file that `awx export` wrote, JSON or YAML, within limits. Nothing in it is run, and no tag builds anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from orchestrator.adapters.files.yaml_text.document import Document, YamlTree, fault_at
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.adapters.files.yaml_text.yaml_events import LARGEST as LARGEST_YAML
from orchestrator.domain.adoption.awx_export import AwxExport, Tree, TreePath
from orchestrator.errors import Fault, NotFound, PlanFault
from orchestrator.policy.adoption.from_awx.shape import departures

LARGEST = 16 * 1024 * 1024
DEEPEST = 32
MOST_VALUES = 400_000
_VARIABLES = ("extra_vars", "variables", "extra_data", "source_vars")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[][{}]', re.DOTALL)
_WAY_OUT = "export again with `awx export`"


def load_export(path: Path) -> AwxExport:
    """The export in this file. Raises NotFound if there is none, PlanFault with all its faults."""
    name = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise NotFound(
            f"{name} cannot be read ({error.strerror}): name a file that `awx export` wrote."
        ) from None
    if len(content) > LARGEST:
        raise PlanFault([_fault(name, (), f"at most {LARGEST >> 20} MiB", "more", "export fewer resources")])
    is_json = content.lstrip()[:1] in (b"{", b"[")
    tree, faults = _json(name, content) if is_json else _yaml(name, content)
    if not faults:
        faults = [
            _fault(name, wrong.path, wrong.expected, wrong.found, _WAY_OUT) for wrong in departures(tree)
        ]
    if faults or not isinstance(tree, dict):
        raise PlanFault(faults)
    return AwxExport(name, tree, dict(_variables(tree)))


def _json(name: str, content: bytes) -> tuple[Tree, list[Fault]]:
    again: list[str] = []

    def mapping(pairs: list[tuple[str, Tree]]) -> dict[str, Tree]:
        whole = dict(pairs)
        if len(whole) < len(pairs):
            again.extend(
                key for number, (key, _) in enumerate(pairs) if any(key == k for k, _ in pairs[:number])
            )
        return whole

    def no_number(text: str) -> Tree:
        raise ValueError(f"{text} is no number of JSON")

    if _depth(content) > DEEPEST:
        return None, [_fault(name, (), f"at most {DEEPEST} levels of nesting", "more", _WAY_OUT)]
    try:
        tree: Tree = json.loads(content, object_pairs_hook=mapping, parse_constant=no_number)
    except json.JSONDecodeError as error:
        return None, [fault_at(name, error.lineno, (), "JSON", error.msg, _WAY_OUT)]
    except (ValueError, RecursionError) as error:
        return None, [_fault(name, (), "JSON in UTF-8", str(error), _WAY_OUT)]
    faults = [_fault(name, (), "each key once", f"`{key}` again", _WAY_OUT) for key in dict.fromkeys(again)]
    if _more_than(tree, MOST_VALUES):
        faults.append(_fault(name, (), f"at most {MOST_VALUES} values", "more", "export fewer resources"))
    return tree, faults


def _depth(content: bytes) -> int:
    """How deep brackets nest outside of text: asked before any parser recurses."""
    depth = deepest = 0
    for token in _TOKEN.finditer(content):
        first = token[0][:1]
        depth += (first in b"{[") - (first in b"}]")
        deepest = max(deepest, depth)
    return deepest


def _yaml(name: str, content: bytes) -> tuple[Tree, list[Fault]]:
    if len(content) > LARGEST_YAML:
        expected = f"at most {LARGEST_YAML >> 10} KiB of YAML"
        return None, [
            _fault(name, (), expected, "more", "export as JSON, which may be larger: awx export -f json")
        ]
    document = read_yaml(name, content)
    return _plain(document), document.faults


def _plain(document: Document) -> Tree:
    tree: YamlTree = document.tree
    return _tree(tree)


def _tree(value: YamlTree) -> Tree:
    if isinstance(value, dict):
        return {key: _tree(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_tree(each) for each in value]
    return value


def _more_than(tree: Tree, most: int) -> bool:
    count, waiting = 0, [tree]
    while waiting:
        value = waiting.pop()
        count += 1
        waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if count > most:
            return True
    return False


def _variables(tree: Tree, path: TreePath = ()) -> Iterator[tuple[TreePath, dict[str, Tree] | None]]:
    """Each text that holds variables, in YAML or JSON."""
    if isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from _variables(value, (*path, number))
    elif isinstance(tree, dict):
        for key, value in tree.items():
            place = (*path, key)
            if key in _VARIABLES and isinstance(value, str):
                yield place, _mapping(value)
            else:
                yield from _variables(value, place)


def _mapping(text: str) -> dict[str, Tree] | None:
    if text.strip() in ("", "---", "{}", "--- {}"):
        return {}
    document = read_yaml("", text.encode("utf-8", "replace"))
    tree = _plain(document)
    return tree if isinstance(tree, dict) and not document.faults else None


def _fault(name: str, path: TreePath, *words: str) -> Fault:
    return fault_at(name, None, path, *words)
