"""The versions of orch, of Ansible and of Python, and the commit of this package."""

from __future__ import annotations

import platform
import re
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator import __version__

if TYPE_CHECKING:
    from orchestrator.domain.seal.sealed_record import Program

PACKAGE = Path(__file__).resolve().parents[1]
UNKNOWN = "unknown commit"
GIT_SECONDS = 2.0


def programs() -> tuple[Program, ...]:
    """The versions that a sealed record names."""
    from orchestrator.domain.seal.sealed_record import Program

    return (
        Program(name="orch", version=f"{__version__}, {commit_of(PACKAGE)}"),
        Program(name="ansible-core", version=ansible_version()),
        Program(name="python", version=platform.python_version()),
    )


def commit_of(package: Path) -> str:
    """The commit of this package: from the release's COMMIT file, else from git in a checkout, else unknown."""
    try:
        released = (package / "COMMIT").read_text("ascii").strip()
    except (OSError, ValueError):
        # Only orch's own checkout counts: an environment may lie inside a repository of somebody else.
        released = _asked_of_git(package.parent) if (package.parent / ".git").exists() else ""
    return f"commit {released}" if re.fullmatch(r"[0-9a-f]{7,40}(-dirty)?", released) else UNKNOWN


def _asked_of_git(checkout: Path) -> str:
    from orchestrator.adapters import process
    from orchestrator.errors import MachineLacks

    words = ["git", "-C", str(checkout), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return process.run(words, timeout=GIT_SECONDS).output.strip()
    except MachineLacks:
        return ""


def ansible_version() -> str:
    """The version of ansible-core; that it is not installed, where it is not."""
    # The distribution's own words: to import Ansible takes half a second.
    try:
        return metadata.version("ansible-core")
    except metadata.PackageNotFoundError:
        return "is not installed"
