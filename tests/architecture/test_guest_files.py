"""What runs under the Python of another Ansible imports nothing that is not there, and is Python 3.10."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.guest import entry
from setup.versions import python_of
from tests.architecture.source import ROOT

# What Ansible itself needs is beside it; mitogen only where a plan asks for it.
BESIDE = {"ansible", "ansible_collections", "ansible_mitogen", "jinja2", "mitogen", "yaml"}
PLUGIN = ROOT / "orchestrator/adapters/ansible/callback_plugins/orch_evidence.py"
FILES = sorted([*map(entry.place_of, entry.FILES), PLUGIN, Path(entry.__file__)])


def strangers(tree: ast.AST) -> Iterator[str]:
    """Modules that a file imports, or names as modules of orch, and that are not there where it runs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            module = str(node.module)
            own = module.startswith("orchestrator")
            names = [
                f"{module}.{alias.name}" if own and module not in entry.FILES else module
                for alias in node.names
            ]
        elif isinstance(node, ast.Constant) and str(node.value).startswith("orchestrator."):
            # What ends with a point is the beginning of names.
            names = [name for name in [str(node.value)] if not name.endswith(".")]
        else:
            continue
        for name in names:
            first = name.partition(".")[0]
            if name not in entry.FILES and first not in BESIDE and first not in sys.stdlib_module_names:
                yield name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_guest_file_is_plain(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
    # `entry` names its own packages.
    allowed = (
        {"orchestrator.adapters.ansible", "orchestrator.domain.text"} if path.name == "entry.py" else set()
    )
    assert [name for name in strangers(tree) if name not in allowed] == []


def test_a_stranger_is_seen() -> None:
    text = "import pydantic\nfrom orchestrator.errors import Fault\nx = 'orchestrator.cli.main'\nimport os, ansible.cli\n"
    assert list(strangers(ast.parse(text))) == [
        "pydantic",
        "orchestrator.errors.Fault",
        "orchestrator.cli.main",
    ]


PROGRAM = """
import sys
sys.path[:] = [folder for folder in sys.path if "orchestrator" not in folder]
import importlib.util
spec = importlib.util.spec_from_file_location("entry", sys.argv[1])
entry = importlib.util.module_from_spec(spec)
spec.loader.exec_module(entry)
entry.put_in()
for name in sys.argv[2:]:
    importlib.import_module(name)
import orchestrator
print(orchestrator.__path__, *sorted(name for name in sys.modules if name.startswith("orchestrator")))
"""
# Those that import nothing of Ansible's as they are imported themselves.
WITHOUT_ANSIBLE = (
    "orchestrator.domain.text.redaction",
    "orchestrator.domain.text.unit_name",
    "orchestrator.adapters.process.own_process",
    "orchestrator.adapters.ansible.guest.core.choice",
    "orchestrator.adapters.ansible.guest.core.modules_2_21",
    "orchestrator.adapters.ansible.in_run.actions",
    "orchestrator.adapters.ansible.in_run.changes",
    "orchestrator.adapters.ansible.in_run.module_table",
    "orchestrator.adapters.ansible.in_run.ssh_options",
    "orchestrator.adapters.ansible.warm.carried_code",
    "orchestrator.adapters.ansible.warm.compiled_modules",
    "orchestrator.adapters.ansible.warm.protocol",
)


@pytest.mark.parametrize("minor", [10, 12, 13])
def test_guest_files_are_imported_without_orch(minor: int) -> None:
    """Under a Python with nothing beside it; tests/versions imports the others under Ansibles."""
    python = python_of(minor)
    if python is None:
        pytest.skip(f"this machine has no Python 3.{minor}")
    done = subprocess.run(
        [str(python), "-I", "-B", "-c", PROGRAM, entry.__file__, *WITHOUT_ANSIBLE],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    path, *modules = done.stdout.split()
    assert path == "[]"
    assert {module for module in modules if module in entry.FILES} >= set(WITHOUT_ANSIBLE)


def test_no_file_of_a_run_is_left_out() -> None:
    """They are imported by name as a run goes on: one that is not there would end its evidence."""
    folder = ROOT / "orchestrator/adapters/ansible/in_run"
    there = {f"orchestrator.adapters.ansible.in_run.{path.stem}" for path in folder.glob("*.py")}
    assert {name for name in there if not name.endswith("__init__")} <= entry.FILES
