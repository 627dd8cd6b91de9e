"""Tables of the product that are keyed by a closed list of words: an enumeration or a Literal."""

from __future__ import annotations

import ast
import enum
import importlib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from tests.architecture.source import ROOT, python_files

NOT_HERE = ("lab", "callback_plugins", "on_target")
"""What is no part of a deployment's course, or runs elsewhere, by folder."""


@dataclass(frozen=True)
class Table:
    """A table at the top of a module, with the words that it should have and those that it has."""

    name: str
    line: int
    words: frozenset[str]
    has: frozenset[str]

    def __str__(self) -> str:
        return self.name


def tables() -> Iterator[Table]:
    """Every table that is annotated with a closed list of words as its key."""
    for path in python_files("orchestrator"):
        relative = path.relative_to(ROOT)
        if not {*relative.parts} & {*NOT_HERE}:
            yield from _tables_of(str(relative), path.read_text(encoding="utf-8"))


def literals(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, or the kinds of the nouns of a union."""
    if get_origin(annotation) is Literal:
        return tuple(str(word) for word in get_args(annotation))
    if hasattr(annotation, "model_fields"):
        return literals(annotation.model_fields["kind"].annotation)
    return tuple(word for part in get_args(annotation) for word in literals(part))


def _tables_of(path: str, text: str) -> Iterator[Table]:
    declared = [node for node in ast.parse(text).body if isinstance(node, ast.AnnAssign)]
    keyed = [node for node in declared if ast.unparse(node.annotation).startswith(("dict[", "Mapping["))]
    if not keyed:
        return
    module = importlib.import_module(_module(path))
    for node in keyed:
        words = _words(_key(module, ast.unparse(node.annotation)))
        name = ast.unparse(node.target)
        if words and node.value is not None and getattr(module, name):
            has = frozenset(_word(key) for key in getattr(module, name))
            yield Table(f"{path}: {name}", node.lineno, words, has)


def _key(module: ModuleType, annotation: str) -> Any:
    names = {**vars(typing), "Mapping": Mapping, **vars(module)}
    return get_args(eval(annotation, names))[0]


def _words(key: Any) -> frozenset[str]:
    if get_origin(key) is Literal:
        return frozenset(_word(word) for word in get_args(key))
    if isinstance(key, type) and issubclass(key, enum.Enum):
        return frozenset(_word(word) for word in key)
    parts = [_words(part) for part in get_args(key)] if get_origin(key) is typing.Union else []
    return frozenset().union(*parts) if parts and all(parts) else frozenset()


def _word(key: Any) -> str:
    return str(key.name) if isinstance(key, enum.Enum) else str(key)


def groups_of(kind: type[enum.Enum]) -> dict[str, frozenset[str]]:
    """Every set and tuple of members of an enumeration that stands at the top of a module, by module and name."""
    groups: dict[str, frozenset[str]] = {}
    for path in python_files("orchestrator"):
        relative = path.relative_to(ROOT)
        if {*relative.parts} & {*NOT_HERE} or kind.__name__ not in path.read_text(encoding="utf-8"):
            continue
        for name, value in vars(importlib.import_module(_module(str(relative)))).items():
            members = isinstance(value, frozenset | tuple) and all(isinstance(each, kind) for each in value)
            if members and value and _assigned(path, name):
                groups[f"{relative}: {name}"] = frozenset(_word(each) for each in value)
    return groups


def _assigned(path: Path, name: str) -> bool:
    """Whether the module makes it itself, and does not import it."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    targets = [node.targets[0] for node in body if isinstance(node, ast.Assign)]
    targets += [node.target for node in body if isinstance(node, ast.AnnAssign)]
    return name in {ast.unparse(target) for target in targets}


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
