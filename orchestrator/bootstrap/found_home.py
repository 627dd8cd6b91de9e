"""Whether a `.orch` that was found, and not named, may be the home: it must be this user's own, and no part of a clone.

Who clones a project would otherwise take over deployments, trusted keys and certificates that somebody else put into it.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from orchestrator.adapters import process
from orchestrator.errors import MachineLacks, StoreFault

_FULL_NAMES = (2, 3)
"""Versions of git's index in which every path stands whole (gitformat-index(5))."""


def refuse_foreign(home: Path) -> None:
    """Raises StoreFault for a home that belongs to another user, or that git tracks."""
    owner = home.stat().st_uid
    if owner != os.geteuid():
        raise StoreFault(
            f"{home} belongs to {_name(owner)}, and is not taken for your home by itself. Run orch as that user, or name "
            "a home of your own: ORCH_HOME=DIRECTORY."
        )
    top = next((folder for folder in home.parents if (folder / ".git").exists()), None)
    if top is not None and _tracked(top, home):
        raise StoreFault(
            f"{home} is tracked by git, so what is in it came with the clone: deployments and trusted keys of others. "
            f"Take it out (git rm -r --cached {home.name}) and move it away, or name a home: ORCH_HOME=DIRECTORY."
        )


def _tracked(top: Path, home: Path) -> bool:
    """Git is only asked where its index may name the folder: that takes as long as many a command."""
    try:
        index = _index(top).read_bytes()
    except OSError:
        return False
    inside = home.relative_to(top)
    if int.from_bytes(index[4:8], "big") in _FULL_NAMES and os.fsencode(f"{inside}/") not in index:
        return False
    try:
        listed = process.run(["git", "-C", str(top), "ls-files", "--", str(inside)], timeout=30.0)
    except MachineLacks:
        return True
    # Where git cannot be asked, the index has named it.
    return listed.exit_code != 0 or bool(listed.output.strip())


def _index(top: Path) -> Path:
    """The index of a clone, or of a work tree, whose `.git` is a file that says where it is."""
    git = top / ".git"
    if git.is_dir():
        return git / "index"
    _, _, place = git.read_text(encoding="utf-8", errors="replace").partition("gitdir: ")
    return top / place.strip() / "index"


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"the user {user}"
