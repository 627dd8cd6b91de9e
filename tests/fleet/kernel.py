"""What the kernel itself has of a lab, read without the lab's own code."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.lab import names


def left_of(lab: str) -> dict[str, list[str]]:
    """Mounts, namespaces, interfaces, control groups, processes, folders and locks that carry the lab's name."""
    return {
        "mounts": [
            line
            for line in _lines("/proc/self/mountinfo")
            if f"/labs/{lab}/" in line or f"orchlab.{lab}." in line
        ],
        "namespaces": [name for name in _entries("/run/netns") if name.startswith(f"orchlab.{lab}.")],
        "interfaces": [
            name for name in _entries("/sys/class/net") if name.startswith(_interface_prefixes(lab))
        ],
        "groups": [top for top, _, _ in os.walk("/sys/fs/cgroup") if top.endswith(f"/orch-lab/{lab}")],
        "processes": processes_of(lab),
        "folders": [str(path) for path in Path("/var/lib/orch-lab/labs").glob(lab)],
        "nspawn": [
            name for name in _entries("/run/systemd/nspawn/propagate") if name.startswith(f"orchlab.{lab}.")
        ],
    }


def processes_of(lab: str) -> list[str]:
    """Processes in the lab's control groups, and those that name one of its hosts or folders.

    Not those that are dead already and wait for init to take note of it: that is init's to do.
    """
    marks = (f"/orch-lab/{lab}/", f"orchlab.{lab}.", f"/labs/{lab}/")
    leftovers = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cgroup").read_text() + (process / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if _is_dead(process):
            continue
        if any(mark in text for mark in marks):
            leftovers.append(f"{process.name}: {text.splitlines()[-1]}")
    return leftovers


def containers_of(lab: str) -> list[str]:
    """The process that holds each of the lab's hosts."""
    return [process for process in processes_of(lab) if ": systemd-nspawn " in process]


def _is_dead(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
    except OSError:
        return True


def _interface_prefixes(lab: str) -> tuple[str, str]:
    return names.bridge(lab), names.port_prefix(lab)


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def _entries(folder: str) -> list[str]:
    return os.listdir(folder) if os.path.isdir(folder) else []  # noqa: PTH208, PTH112
