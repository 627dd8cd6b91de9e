"""What reaches hosts and other systems: OpenSSH, its agent, pinned host keys, git."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from orchestrator.adapters import process
from orchestrator.adapters.home_paths import user_home
from orchestrator.bootstrap.doctor.finding import Finding
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks

SECONDS = 5.0
_SSH = re.compile(r"OpenSSH_(\d+)\.(\d+)\S*")
_KNOWS_HOST_COMMANDS = (8, 5)
_GIT = re.compile(r"git version (\S+)")
_NO_KEYS, _NO_AGENT = 1, 2
"""Exit codes of `ssh-add -l` (ssh-add(1))."""


def asked(words: Sequence[str]) -> process.Ended | None:
    """How a program ended that says what it is; None where it is not there or cannot be started."""
    try:
        return process.run(words, timeout=SECONDS, most=100_000)
    except (MachineLacks, OSError):
        return None


def openssh() -> tuple[Finding, ...]:
    """The ssh that runs log in with."""
    ended = asked(["ssh", "-V"])
    match = _SSH.search(ended.errors + ended.output) if ended is not None else None
    if match is None:
        return (Finding("openssh", "missing", "", "openssh_missing"),)
    if (int(match[1]), int(match[2])) < _KNOWS_HOST_COMMANDS:
        return (Finding("openssh", "warning", match[0], "openssh_old"),)
    return (Finding("openssh", "ok", match[0]),)


def agent(environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """The agent that holds people's keys, and how many."""
    ended = asked(["ssh-add", "-l"]) if environ.get("SSH_AUTH_SOCK") else None
    if ended is None or ended.exit_code == _NO_AGENT or ended.exit_code is None:
        return (Finding("agent", "missing", "", "agent_absent"),)
    if ended.exit_code == _NO_KEYS:
        return (Finding("agent", "warning", "no key in it", "agent_empty"),)
    return (Finding("agent", "ok", f"{len(ended.output.splitlines())} keys in it"),)


def host_keys() -> tuple[Finding, ...]:
    """How many host keys are pinned where no inventory says otherwise."""
    file = user_home() / ".ssh" / "known_hosts"
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return (Finding("host_keys", "missing", str(file), "host_keys_absent"),)
    pinned = sum(1 for line in lines if line.strip() and not line.lstrip().startswith("#"))
    if not pinned:
        return (Finding("host_keys", "missing", f"none in {file}", "host_keys_absent"),)
    return (Finding("host_keys", "ok", f"{pinned} in {file}"),)


def git() -> tuple[Finding, ...]:
    """git, by which words, anchors and releases are known."""
    ended = asked(["git", "--version"])
    match = _GIT.match(ended.output) if ended is not None else None
    if match is None:
        return (Finding("git", "missing", "", "git_missing"),)
    return (Finding("git", "ok", plain(match[1])),)
