"""Where each shell looks for completions of one person, and what orch puts there."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.home_paths import user_home
from orchestrator.adapters.shell_files import MARK
from orchestrator.cli.completion.answer import responder
from orchestrator.errors import UsageFault

SHELLS = ("bash", "zsh", "fish")
_BASH_COMPLETION = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/etc/profile.d/bash_completion.sh",
    "/etc/bash_completion",
)
"""Debian's and others' package bash-completion, which loads what lies in its folder when it is first needed."""
_ZSH_BEGINS = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }"


class Place(NamedTuple):
    """The script's file; and the shell's own file, which gets a line that reads it where the shell does not by itself."""

    script: Path
    reads: Path | None = None
    by_itself: bool = False

    @property
    def line(self) -> str:
        """That line."""
        return f"[ -r {shlex.quote(str(self.script))} ] && . {shlex.quote(str(self.script))}"


def shell_of(environ: Mapping[str, str] = os.environ) -> str:
    """The person's own shell, as SHELL has it. Raises UsageFault for one that is not known here."""
    name = Path(environ.get("SHELL") or "nothing").name
    if name not in SHELLS:
        raise UsageFault(f"SHELL says {name}, which is not known here: name one, --shell {'|'.join(SHELLS)}.")
    return name


def place_for(shell: str, environ: Mapping[str, str] = os.environ) -> Place:
    """Where this person's shell looks. Raises UsageFault for a person without a home."""
    home = user_home()
    if not home.is_absolute():
        raise UsageFault("HOME is not set, and this user has no home: there is no place for a completion.")
    data = _folder(environ, "XDG_DATA_HOME", home / ".local/share")
    if shell == "fish":
        return Place(_folder(environ, "XDG_CONFIG_HOME", home / ".config") / "fish/completions/orch.fish")
    if shell == "zsh":
        return Place(data / "orch/completion.zsh", _folder(environ, "ZDOTDIR", home) / ".zshrc")
    loads = any(Path(file).is_file() for file in _BASH_COMPLETION)
    return Place(data / "bash-completion/completions/orch", home / ".bashrc", by_itself=loads)


def script_for(shell: str) -> str:
    """The script, with our mark."""
    lines = responder(shell).source().strip().splitlines()
    first = lines[:1] if lines[0].startswith("#compdef") else []
    begins = [_ZSH_BEGINS] if shell == "zsh" else []
    return "\n".join([*first, MARK, *begins, *lines[len(first) :]]) + "\n"


def _folder(environ: Mapping[str, str], name: str, default: Path) -> Path:
    """A folder that a variable names; a relative one does not count (XDG Base Directory Specification)."""
    named = Path(environ.get(name) or "")
    return named if named.is_absolute() else default
