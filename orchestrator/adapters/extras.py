"""Packages that only some plans need: the extras of pyproject.toml, and the command that installs a missing one."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "orch-release"
"""The name under which orch is installed; its command is `orch`."""


def to_install(extra: str) -> str:
    """The command that adds an extra to this installation of orch, ready for a shell."""
    return command_for(extra, requirements(extra), Path(sys.prefix), sys.executable)


def requirements(extra: str) -> tuple[str, ...]:
    """What the extra consists of, as the installed package says; its own name where it says nothing."""
    try:
        declared = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        declared = []
    return tuple(wanted for text in declared if (wanted := _of(extra, text))) or (extra,)


def command_for(extra: str, packages: Sequence[str], prefix: Path, python: str) -> str:
    """As this environment was made: by pipx, by uv, or as any other.

    The packages are named and not the extra: orch may have been installed from a file, which no index knows.
    """
    words = " ".join(shlex.quote(package) for package in packages)
    if (prefix / "pipx_metadata.json").is_file():
        return f"pipx inject {shlex.quote(prefix.name)} {words}"
    if (prefix / "uv-receipt.toml").is_file():
        return f"uv pip install --python {shlex.quote(python)} {words}"
    return f"{shlex.quote(python)} -m pip install {words}"


def _of(extra: str, text: str) -> str:
    wanted, _, condition = text.partition(";")
    named = re.search(r"""extra\s*==\s*['"]([\w-]+)['"]""", condition)
    return wanted.strip() if named is not None and named[1] == extra else ""
