"""What a command prints as JSON is ASCII: a terminal acts on what a host answered also when it stands in JSON."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, python_files

OUR_OWN = ("_schema(",)
"""Texts of orch itself, which may have any letter."""
NOT_PRINTED = {
    "orchestrator/cli/views/export_pages.py",
    "orchestrator/cli/options/document_desk.py",
    "orchestrator/cli/verbs/planning/decision.py",
    "orchestrator/cli/verbs/planning/library.py",
}
"""Modules that write JSON to files or compare it."""


def _is_search(node: ast.AST) -> bool:
    """Text in which canaries are searched is as it is."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "refuse_text"
    )


def not_ascii(text: str) -> Iterator[str]:
    """Each call that makes JSON with any other character."""
    tree = ast.parse(text)
    searched = {inner for node in ast.walk(tree) if _is_search(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if node in searched or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        chosen = {each.arg: ast.unparse(each.value) for each in node.keywords}
        words = ast.unparse(node)
        if node.func.attr == "model_dump_json" and chosen.get("ensure_ascii") != "True":
            yield words
        if (
            node.func.attr == "dumps"
            and "ensure_ascii" in chosen
            and not any(own in words for own in OUR_OWN)
        ):
            yield words


def test_every_command_prints_ascii() -> None:
    paths = [
        path for path in python_files("orchestrator/cli") if str(path.relative_to(ROOT)) not in NOT_PRINTED
    ]
    assert len(paths) > 50
    assert [
        (path.name, words) for path in paths for words in not_ascii(path.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize(
    ("code", "many"),
    [
        ("record.model_dump_json()", 1),
        ("record.model_dump_json(ensure_ascii=True)", 0),
        ("json.dumps(row, ensure_ascii=False)", 1),
        ("json.dumps(plan_schema(), ensure_ascii=False)", 0),
        ("json.dumps(row)", 0),
    ],
)
def test_such_a_call_is_seen(code: str, many: int) -> None:
    assert len(list(not_ascii(code))) == many
