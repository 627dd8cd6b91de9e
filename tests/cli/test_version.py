"""`orch --version`: which orch, of which commit, over which Ansible; found out without importing Ansible."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from orchestrator import __version__
from orchestrator.bootstrap.versions import UNKNOWN, commit_of
from orchestrator.cli.main import run


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one commit of a package."""
    (tmp_path / "orchestrator").mkdir()
    (tmp_path / "orchestrator/__init__.py").write_text("")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    person = ["-c", "user.name=Ann Ek", "-c", "user.email=ann"]
    git(tmp_path, *person, "commit", "-q", "-m", "Begin")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    ran = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_it_names_orch_its_commit_and_ansible(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    line = capsys.readouterr().out
    ansible = metadata.version("ansible-core")
    commit = rf"({UNKNOWN}|commit [0-9a-f]{{12}}(-dirty)?)"
    assert re.fullmatch(
        rf"orch {re.escape(__version__)}, {commit}, ansible-core {re.escape(ansible)}\n", line
    )


def test_the_version_is_that_of_the_project(root: Path) -> None:
    assert f'version = "{__version__}"\n' in (root / "pyproject.toml").read_text()


def test_a_checkout_is_asked_through_git(checkout: Path) -> None:
    head = git(checkout, "rev-parse", "--short=12", "HEAD")
    assert commit_of(checkout / "orchestrator") == f"commit {head}"


def test_a_changed_checkout_says_so(checkout: Path) -> None:
    (checkout / "orchestrator/__init__.py").write_text("changed = True\n")
    assert commit_of(checkout / "orchestrator").endswith("-dirty")


def test_a_release_carries_its_commit(checkout: Path) -> None:
    (checkout / "orchestrator/COMMIT").write_text("0123456789ab\n")
    assert commit_of(checkout / "orchestrator") == "commit 0123456789ab"


def test_a_repository_of_somebody_else_around_an_environment_is_not_asked(checkout: Path) -> None:
    package = checkout / ".venv/lib/python3/site-packages/orchestrator"
    package.mkdir(parents=True)
    assert commit_of(package) == UNKNOWN


@pytest.mark.parametrize("text", ["", "not a commit", "\x1b[2J"])
def test_what_is_no_commit_is_unknown(tmp_path: Path, text: str) -> None:
    (tmp_path / "COMMIT").write_text(text)
    assert commit_of(tmp_path) == UNKNOWN


def test_a_checkout_without_a_commit_is_unknown(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert commit_of(tmp_path / "orchestrator") == UNKNOWN


def test_neither_ansible_nor_the_ports_are_imported_for_it() -> None:
    program = (
        "import sys\nfrom orchestrator.cli.main import run\nrun(['--version'])\n"
        "print([name for name in ('ansible', 'pydantic', 'orchestrator.bootstrap.lazy_ports') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
