"""The present condition of a host, from the kernel and never from a record."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestrator.lab import cabling
from orchestrator.lab.hosts import faults
from orchestrator.lab.hosts.host import disk_mebibytes
from orchestrator.lab.hosts.probe import ssh_answers
from orchestrator.lab.kernel import cgroups, mounts
from orchestrator.lab.paths import HostPaths
from orchestrator.lab.patience import now
from orchestrator.lab.state import HostKind, LabHost, LabState

Condition = Literal["up", "cut", "hung", "frozen", "filled", "dead"]
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class HostSighting:
    """The condition of one host; uptime in seconds, None when it is dead."""

    name: str
    kind: HostKind
    address: str
    conditions: tuple[Condition, ...]
    reachable: bool
    uptime: float | None


def seen(state: LabState, host: LabHost, paths: HostPaths, *, seconds: float) -> HostSighting:
    """Look at the host, and try its sshd for this many seconds."""
    return HostSighting(
        name=host.name,
        kind=host.kind,
        address=str(host.address),
        conditions=conditions(state, host, paths),
        reachable=reachable(state, host, seconds=seconds),
        uptime=_uptime(cgroups.processes(state.name, host.name, "payload")),
    )


def reachable(state: LabState, host: LabHost, *, seconds: float) -> bool:
    """Whether sshd answers on every jump host before it, each asked from the one before, and then on the host."""
    return all(
        ssh_answers(str(each.address), seconds=seconds, space=cabling.standpoint(state, each))
        for each in (*state.way_to(host), host)
    )


def conditions(state: LabState, host: LabHost, paths: HostPaths) -> tuple[Condition, ...]:
    """The faults in force on the host, or `up`."""
    conditions: list[Condition] = []
    if not cgroups.populated(state.name, host.name):
        conditions.append("dead")
    elif cgroups.frozen(state.name, host.name):
        conditions.append("frozen")
    conditions += faults.suffered(state.name, host.name)
    if _is_filled(state, host, paths):
        conditions.append("filled")
    return tuple(conditions) or ("up",)


def _is_filled(state: LabState, host: LabHost, paths: HostPaths) -> bool:
    mounted = paths.layer in mounts.mounted_under(paths.folder)
    return mounted and mounts.capacity(paths.layer) < disk_mebibytes(state, host) * _MEBIBYTE


def _uptime(pids: list[int]) -> float | None:
    """The oldest process that the container runs is its init; field 22 of stat is its start (proc(5))."""
    starts = []
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        starts.append(int(fields[19]) / os.sysconf("SC_CLK_TCK"))
    return now() - min(starts) if starts else None
