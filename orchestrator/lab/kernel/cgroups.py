"""One control group a host: it names every process of the host, freezes and kills them all at once.

Process ids are reused; membership of our own group is not, so nothing that is not the lab's can be hit.
The group lives in the cgroup2 hierarchy and, on machines that have it too, in the old one named systemd.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from orchestrator.lab.errors import LabError
from orchestrator.lab.patience import within

_OURS = "orch-lab"
_GONE_WITHIN = 10.0


def hierarchies() -> list[Path]:
    """Mount points of cgroup2 (first) and, if any, of the named systemd hierarchy."""
    unified, named = [], []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(maxsplit=2)
        if kind == "cgroup2":
            unified.append(Path(left.split()[4]))
        elif kind == "cgroup" and "name=systemd" in options.split(","):
            named.append(Path(left.split()[4]))
    return unified[:1] + named[:1] if unified else []


def groups(*parts: str) -> list[Path]:
    """The folders of a group in each hierarchy."""
    return [mount.joinpath(_OURS, *parts) for mount in hierarchies()]


def made(*parts: str) -> list[Path]:
    """The folders of a group, created empty."""
    folders = groups(*parts)
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    return folders


def members(lab: str) -> list[str]:
    """Names of the lab's groups that exist."""
    return sorted(
        {folder.name for top in groups(lab) if top.is_dir() for folder in top.iterdir() if folder.is_dir()}
    )


def processes(*parts: str) -> list[int]:
    """Every process in the group and below it."""
    return [
        int(pid)
        for folder in _below(groups(*parts)[0])
        for pid in (folder / "cgroup.procs").read_text().split()
    ]


def populated(*parts: str) -> bool:
    """Whether any process lives in the group or below it."""
    return _event(groups(*parts)[0], "populated")


def frozen(*parts: str) -> bool:
    """Whether the group's processes are frozen."""
    return _event(groups(*parts)[0], "frozen")


def freeze(*parts: str, stand_still: bool) -> None:
    """Freeze every process of the group, or thaw all of them; waits for the effect, else raises LabError."""
    folder = groups(*parts)[0]
    (folder / "cgroup.freeze").write_text("1" if stand_still else "0")
    # The kernel stops each process when it next leaves a system call: a write to a disk can take a while.
    if not within(_GONE_WITHIN, lambda: _event(folder, "frozen") is stand_still):
        raise LabError(f"{folder}: processes do not {'freeze' if stand_still else 'thaw'}.")


def kill(*parts: str) -> None:
    """Send SIGKILL to every process of the group at once; waits until none is left, else raises LabError."""
    folder = groups(*parts)[0]
    if not within(_GONE_WITHIN, lambda: _killed(folder)):
        raise LabError(f"{folder}: processes {processes(*parts)} do not die.")


def remove(*parts: str) -> None:
    """Kill the processes of the group, and remove the group from each hierarchy."""
    if not within(_GONE_WITHIN, lambda: _removed(*parts)):
        raise LabError(f"{groups(*parts)[0]}: the control group cannot be removed.")


def remove_if_empty(*parts: str) -> None:
    """Remove the group's folders unless there are groups below them."""
    for folder in groups(*parts):
        with suppress(OSError):
            folder.rmdir()


def _killed(folder: Path) -> bool:
    if not _event(folder, "populated"):
        return True
    (folder / "cgroup.kill").write_text("1")
    return False


def _removed(*parts: str) -> bool:
    kill(*parts)
    for folder in groups(*parts):
        for below in reversed(list(_below(folder))):
            with suppress(OSError):
                below.rmdir()
    return not any(folder.is_dir() for folder in groups(*parts))


def _below(folder: Path) -> Iterator[Path]:
    for path, _, _ in os.walk(folder):
        yield Path(path)


def _event(folder: Path, word: str) -> bool:
    try:
        lines = (folder / "cgroup.events").read_text().splitlines()
    except FileNotFoundError:
        return False
    return f"{word} 1" in lines
