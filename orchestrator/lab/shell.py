"""The only module of the lab that runs other programs."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from orchestrator.lab.errors import LabError

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_INHERITED = ("http_proxy", "https_proxy", "no_proxy", "TERM")
_LAST_WORDS = 2000


@dataclass(frozen=True)
class Finished:
    """How a program ended; code 124 means that it ran out of time, as with timeout(1)."""

    code: int
    out: str
    err: str


def attempt(
    argv: Sequence[str], *, text: str | None = None, seconds: float = 60, keeps_locks: bool = True
) -> Finished:
    """Run a program to its end, whatever its exit code.

    The program keeps the locks that we hold (`locks.held`): if we are killed, nobody gets them before it ends.
    """
    try:
        ended = subprocess.run(
            argv,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            check=False,
            text=True,
            errors="replace",
            timeout=seconds,
            env=environment(),
            close_fds=not keeps_locks,
        )
    except subprocess.TimeoutExpired:
        return Finished(124, "", f"no end within {seconds:g} s")
    return Finished(ended.returncode, ended.stdout, ended.stderr)


def run(argv: Sequence[str], *, text: str | None = None, seconds: float = 60) -> str:
    """Run a program, and return its standard output. Raises LabError with the program's own words when it fails."""
    return _succeeded(argv, attempt(argv, text=text, seconds=seconds))


def run_in_group(groups: Sequence[Path], argv: Sequence[str], *, text: str, seconds: float) -> str:
    """As `run`, inside those control groups, by which others can end the program and its children."""
    return _succeeded(argv, attempt(_joining(groups, argv), text=text, seconds=seconds, keeps_locks=False))


def _succeeded(argv: Sequence[str], ended: Finished) -> str:
    if ended.code != 0:
        words = (ended.err or ended.out).strip()[-_LAST_WORDS:]
        raise LabError(f"{shlex.join(argv)} ended with code {ended.code}: {words}")
    return ended.out


def start_in_group(
    groups: Sequence[Path], argv: Sequence[str], *, log: Path, extra: Mapping[str, str] | None = None
) -> None:
    """Start a program that outlives us, inside those control groups and in its own session."""
    with log.open("ab") as written:
        subprocess.run(
            ["setsid", "--fork", *_joining(groups, argv)],
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            check=True,
            env=environment() | dict(extra or {}),
        )


def become(argv: Sequence[str]) -> NoReturn:
    """Replace this process, so that terminal, signals and exit code are the program's own."""
    os.execvpe(argv[0], list(argv), environment())


def _joining(groups: Sequence[Path], argv: Sequence[str]) -> list[str]:
    """A command whose shell joins the groups before it becomes the program, so that nothing of it runs outside."""
    join = "".join(f"echo $$ > {shlex.quote(str(group / 'cgroup.procs'))} && " for group in groups)
    return ["sh", "-c", join + 'exec "$@"', "sh", *argv]


def environment() -> dict[str, str]:
    """The allow-listed part of our environment, for the lab's programs."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {"PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", "HOME": "/root"}
