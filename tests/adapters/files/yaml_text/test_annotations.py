"""A comment of the manual describes the key below it, and no key beside or within that one."""

import pytest

from orchestrator.adapters.files.yaml_text.annotations import annotations
from orchestrator.adapters.files.yaml_text.document import Path

CASES: list[tuple[str, dict[Path, str]]] = [
    ("# One.\na: 1\nb: 2\n", {("a",): "One."}),
    ("# One,\n# in two lines.\na: 1\n", {("a",): "One, in two lines."}),
    ("# The outer.\ngate: {soak: 1m, confirm: x}\n", {("gate",): "The outer."}),
    ("# The outer.\ngate: {soak: {deep: 1}}\n", {("gate",): "The outer."}),
    ("# The outer.\ngate:\n  # The inner.\n  soak: 1m\n", {("gate",): "The outer.", ("gate", "soak"): "The inner."}),
    ("a:\n  - # Its name.\n    name: x\n    b: 1\n", {("a", 0, "name"): "Its name."}),
    ("# All of them.\na: [{b: 1}]\n", {("a",): "All of them."}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text.replace("\n", " / ") for text, _ in CASES])
def test_a_comment_is_of_one_key(text: str, expected: dict[Path, str]) -> None:
    assert annotations(text.encode()) == expected
