"""The lab's only door to other programs."""

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
    """How a program ended; a program killed for its time limit has code 124, as with timeout(1)."""

    code: int
    out: str
    err: str


def attempt(
    argv: Sequence[str], *, text: str | None = None, seconds: float = 60, keeps_locks: bool = True
) -> Finished:
    """Run to the end without judging the exit code.

    The program keeps the locks that we hold (`locks.held`): when we are killed, nobody gets them before it has ended.
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
    """Standard output; raises LabError with the program's own words when it fails."""
    return _succeeded(argv, attempt(argv, text=text, seconds=seconds))


def run_in_group(groups: Sequence[Path], argv: Sequence[str], *, text: str, seconds: float) -> str:
    """As `run`, with the program and all it starts inside those control groups, by which others can end it."""
    return _succeeded(argv, attempt(_joining(groups, argv), text=text, seconds=seconds, keeps_locks=False))


def _succeeded(argv: Sequence[str], ended: Finished) -> str:
    if ended.code != 0:
        words = (ended.err or ended.out).strip()[-_LAST_WORDS:]
        raise LabError(f"{shlex.join(argv)} ended with code {ended.code}: {words}")
    return ended.out


def start_in_group(
    groups: Sequence[Path], argv: Sequence[str], *, log: Path, extra: Mapping[str, str] | None = None
) -> None:
    """Start a program inside those control groups that outlives us, in a session of its own."""
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
    """The shell joins first and becomes the program then: not even its first instruction runs outside."""
    join = "".join(f"echo $$ > {shlex.quote(str(group / 'cgroup.procs'))} && " for group in groups)
    return ["sh", "-c", join + 'exec "$@"', "sh", *argv]


def environment() -> dict[str, str]:
    """What the lab's programs see of our environment: an allow-list."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {"PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", "HOME": "/root"}
