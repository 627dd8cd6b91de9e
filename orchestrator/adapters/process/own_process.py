"""What a process changes of itself: its limits, its cgroup, and its marker as others see it. Runs load this too."""

from __future__ import annotations

import ctypes
import os
import re
import resource
from pathlib import Path

_PROC = Path("/proc/self")
# Index in /proc/PID/stat, counted from the state field: proc(5), field 50.
_ENVIRONMENT_BEGIN = 47
_ENOUGH = 65536
"""The descriptors that are asked for where the machine sets no limit."""


def remark(marker: str) -> bool:
    """Overwrite `NAME=...` in this process's initial environment, as /proc shows it. Returns whether that worked.

    This gives a forked process its own marker. The new value must fit into the old one's space.
    """
    wanted, name = marker.encode(), marker.partition("=")[0].encode() + b"="
    match = re.search(rb"(?:^|\0)(" + re.escape(name) + rb"[^\0]*)\0", (_PROC / "environ").read_bytes())
    # The name before these fields may hold any character.
    fields = (_PROC / "stat").read_bytes().rpartition(b")")[2].split()
    if match is None or len(match[1]) < len(wanted):
        return False
    begin = int(fields[_ENVIRONMENT_BEGIN]) + match.start(1)
    # There is no other way: /proc shows the program's initial memory, and to make it show other memory takes
    # CAP_SYS_RESOURCE. Only the bytes of this one variable are overwritten.
    ctypes.memmove(begin, wanted.ljust(len(match[1]), b"\0"), len(match[1]))
    return wanted in (_PROC / "environ").read_bytes().split(b"\0")


def enter(group: str) -> bool:
    """Move this process into a cgroup that there is. Returns whether that worked."""
    try:
        Path(group, "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        return False
    return True


def raise_descriptor_limit() -> int:
    """Let this process open as many files as the machine permits without asking: the number. See setrlimit(2)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else hard
    if soft in (resource.RLIM_INFINITY, wanted) or soft > wanted:
        return _ENOUGH if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return soft
    return wanted
