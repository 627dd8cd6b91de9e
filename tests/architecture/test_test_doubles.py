"""Tests share worlds, fakes and helpers, never each other's insides, and put nothing in the place of what they test."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, python_files

# Breaking the core on purpose is what a mutation is for.
MUTATIONS = ROOT / "tests/simulation/mutations.py"
# In pieces, so that this file does not contain what it looks for.
ASSIGNED_INTO = "type: ignore[" + "method-assign"


def replacements(text: str) -> Iterator[str]:
    """Every place where a part of the product, or a method of a fake, is replaced while a test runs."""
    for node in ast.walk(ast.parse(text)) if "setattr" in text else ():
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "setattr"
        ):
            yield f"{node.lineno}: {ast.unparse(node)}"
    for number, line in enumerate(text.splitlines(), 1):
        if ASSIGNED_INTO in line:
            yield f"{number}: {line.strip()}"


def insides(text: str) -> Iterator[str]:
    """Every import of a test module, and of a private name of any module of the tests."""
    for node in ast.walk(ast.parse(text)) if "tests" in text else ():
        if isinstance(node, ast.Import):
            yield from (
                alias.name for alias in node.names if alias.name.startswith("tests.") and _is_test(alias.name)
            )
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tests":
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in names if _is_test(name) or name.rpartition(".")[2].startswith("_"))


def _is_test(name: str) -> bool:
    return any(part.startswith("test_") for part in name.split(".")[1:])


def _in_files(files: list[Path], look: Callable[[str], Iterator[str]]) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {what}" for path in files for what in look(path.read_text("utf-8"))]


def test_nothing_is_replaced_while_a_test_runs() -> None:
    """A fake implements the port, a parameter brings another value, a small subclass does something else."""
    files = [path for path in python_files("tests") if path != MUTATIONS]
    assert _in_files(files, replacements) == []


def test_nobody_imports_a_test_or_a_private_name_of_tests() -> None:
    """What two tests share lives in tests/worlds, in tests/fakes, or in a helper beside them."""
    assert _in_files(python_files("tests") + python_files("bench"), insides) == []


@pytest.mark.parametrize(
    "text",
    ["monkeypatch.setattr(locks, 'RUN', tmp_path)", f"ports.start = slow  # {ASSIGNED_INTO}, assignment]"],
)
def test_a_replacement_would_be_seen(text: str) -> None:
    assert len(list(replacements(text))) == 1


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("from tests.engine.test_schedule import POLICY", ["tests.engine.test_schedule.POLICY"]),
        ("from tests.engine import test_schedule", ["tests.engine.test_schedule"]),
        ("import tests.engine.test_schedule", ["tests.engine.test_schedule"]),
        ("from tests.simulation.run import _Library", ["tests.simulation.run._Library"]),
        ("from tests.worlds.fleet import Fleet", []),
    ],
)
def test_insides_would_be_seen(text: str, seen: list[str]) -> None:
    assert list(insides(text)) == seen
