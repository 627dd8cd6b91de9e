"""A name says what its value holds: four words that fit any value name no variable, parameter or function."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, python_files

SAY_NOTHING = {"one", "found", "said", "told"}
_NAMES = "|".join(sorted(SAY_NOTHING))
MENTIONED = re.compile(
    rf"\b({_NAMES})\b\W*[]:=,)}}|]|\b({_NAMES})\s+(if|in)\b|\b(as|case|def|for|lambda)\b[ *(]*({_NAMES})\b"
)
"""What each line that binds such a name has; most files have none."""


def empty_names(text: str) -> Iterator[str]:
    """Every place that binds one of these names; the fields of a class are free, since journals and JSON hold them."""
    if not MENTIONED.search(text):
        return
    tree = ast.parse(text)
    fields = {target for kind in ast.walk(tree) if isinstance(kind, ast.ClassDef) for target in _fields(kind)}
    for node in ast.walk(tree):
        if node not in fields:
            yield from (f"{_line(node)}: {name}" for name in _bound(node) if name in SAY_NOTHING)


def _fields(kind: ast.ClassDef) -> Iterator[ast.AST]:
    for statement in kind.body:
        if isinstance(statement, ast.AnnAssign):
            yield statement.target
        elif isinstance(statement, ast.Assign):
            yield from statement.targets


def _bound(node: ast.AST) -> tuple[str | None, ...]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return (name,)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return (name,)
        case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
            return (name,)
        case ast.MatchMapping(rest=name) | ast.alias(asname=name):
            return (name,)
    return ()


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


@pytest.mark.parametrize("folder", ["orchestrator", "tests", "bench"])
def test_no_name_says_nothing_of_its_value(folder: str) -> None:
    assert [
        f"{path.relative_to(ROOT)}:{place}"
        for path in python_files(folder)
        for place in empty_names(path.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "found = 1",
        "a, *found = b",
        "def found(): ...",
        "class A:\n    def found(self): ...",
        "class A:\n    def act(self):\n        found = 1",
        "def act(found): ...",
        "act = lambda *found: 1",
        "[found for found in b]",
        "if (found := act()): ...",
        "with act() as found: ...",
        "try: ...\nexcept OSError as found: ...",
        "match a:\n    case [*found]: ...",
        "match a:\n    case {**found}: ...",
        "match a:\n    case A(b=found): ...",
        "from a import b as found",
    ],
)
def test_such_a_name_would_be_seen(text: str) -> None:
    assert len(list(empty_names(text))) == 1


@pytest.mark.parametrize("text", ["class A:\n    found: str", "a.found = 1", "A(found=1)", "shown = a.found"])
def test_a_field_may_have_such_a_name(text: str) -> None:
    assert list(empty_names(text)) == []
