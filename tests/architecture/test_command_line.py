"""`orch --help` is fast because it imports nothing heavy, and every verb in the table is there."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from orchestrator.cli.lazy_group import load
from orchestrator.cli.verb_table import VERBS, Verb

PRESENT = [verb for verb in VERBS if find_spec(verb.target.partition(":")[0])]
HEAVY = (
    "ansible",
    "ansible_runner",
    "jinja2",
    "paramiko",
    "pydantic",
    "pytest",
    "rich",
    "ruamel",
    "sqlalchemy",
)
LOADED = f"""
import sys
from orchestrator.cli.main import run
assert run(sys.argv[1:]) == 0
print("LOADED", *[name for name in {HEAVY!r} if name in sys.modules])
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines()[-1].split() == ["LOADED"]


WARM = """
import os, sys
from orchestrator.cli.main import run
os.chdir(sys.argv[1])
run(sys.argv[2:])
print("LOADED", *sorted(name for name in sys.modules if name.startswith("orchestrator.adapters.ansible")))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["status"], ["list"], ["locks"]], ids=" ".join)
def test_a_short_command_imports_nothing_of_warm_start(tmp_path: Path, arguments: list[str]) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", WARM, str(tmp_path), *arguments], capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines()[-1].split() == ["LOADED"]


def test_help_lists_every_verb_that_is_there() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "orchestrator", "--help"], capture_output=True, text=True, check=True
    )
    listed = shown.stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == [verb.name for verb in PRESENT]


@pytest.mark.parametrize("verb", PRESENT, ids=lambda verb: verb.name)
def test_verb_imports_and_explains_itself(verb: Verb) -> None:
    command = load(verb)
    assert isinstance(command, click.Command)
    assert command.help
