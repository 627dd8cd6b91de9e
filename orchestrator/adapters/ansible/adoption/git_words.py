"""What git says of a tree: the name of its commit, and the person who works in it."""

from __future__ import annotations

from pathlib import Path

from orchestrator.adapters.process import run
from orchestrator.errors import MachineLacks


def commit_name(project: Path) -> str:
    """The tag, or the commit; empty without a repository."""
    return _asked(project, "describe", "--tags", "--always")


def git_person(project: Path) -> str:
    """Who commits here; empty where git does not know."""
    return _asked(project, "config", "user.name")


def _asked(project: Path, *words: str) -> str:
    if not (project / ".git").exists():
        return ""
    try:
        asked = run(["git", "-C", str(project), *words], timeout=10.0)
    except MachineLacks:
        return ""
    return asked.output.strip() if asked.exit_code == 0 else ""
