"""A home that is not known is no crash: of a user without an account (as containers have them), or a misspelt one."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.adapters.home_paths import expanded
from tests.architecture.source import ROOT, python_files

# Programs that run inside Ansible or on this machine's lab, and only where an account is.
ELSEWHERE = (
    "orchestrator/adapters/ansible/in_run/",
    "orchestrator/adapters/ansible/warm/",
    "orchestrator/lab/",
)


@pytest.mark.parametrize("path", ["~nosuch-user/hosts.yml", "hosts.yml", "/etc/hosts", ""])
def test_what_has_no_home_stays_as_it_is(path: str) -> None:
    assert expanded(path) == Path(path)


def test_without_home_and_account_it_stays_as_it_is() -> None:
    program = "import os; os.environ.pop('HOME', 0); os.setuid(54321) if os.geteuid() == 0 else None\n"
    program += "from orchestrator.adapters.home_paths import expanded; print(expanded('~/x'))"
    if subprocess.run(["id", "-u"], capture_output=True, text=True, check=True).stdout != "0\n":
        pytest.skip("only root becomes a user without an account")
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "~/x\n"), ended.stderr


def test_nothing_else_asks_for_a_home() -> None:
    asking = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in python_files("orchestrator")
        if not str(file.relative_to(ROOT)).startswith(ELSEWHERE)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and (node.attr == "expanduser" or (node.attr == "home" and ast.unparse(node.value) == "Path"))
        and ast.unparse(node.value) != "os.path"
    ]
    assert asking == []
