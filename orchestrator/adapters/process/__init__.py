"""Processes of this machine: runs programs, starts them detached, checks whether they live, ends whole process trees."""

import errno
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.process.in_exec import some_in_exec
from orchestrator.adapters.process.kept_logins import IDLE, KeptLogins, end_logins, sockets_of
from orchestrator.adapters.process.login_folder import login_is_there
from orchestrator.adapters.process.own_process import raise_descriptor_limit, remark
from orchestrator.adapters.process.piped import Piped, spawn_piped
from orchestrator.adapters.process.run_to_end import Ended, run

__all__ = [
    "IDLE",
    "Attended",
    "Ended",
    "KeptLogins",
    "Piped",
    "ProcessId",
    "alive",
    "await_end",
    "become_subreaper",
    "boot_id",
    "end_logins",
    "end_tree",
    "enter_cgroup",
    "identity",
    "leave_cgroup",
    "login_is_there",
    "raise_descriptor_limit",
    "remark",
    "remove_cgroup",
    "run",
    "sockets_of",
    "spawn_attended",
    "spawn_child",
    "spawn_detached",
    "spawn_piped",
    "tree",
]

_PROC = Path("/proc")
_PR_SET_CHILD_SUBREAPER = 36


class ProcessId(NamedTuple):
    """A unique process identity: pids are reused, but a pid with its start time (clock ticks) and boot id is not."""

    pid: int
    started: int
    boot: str


class _Seen(NamedTuple):
    parent: int
    started: int


def spawn_detached(
    arguments: Sequence[str], *, environment: Mapping[str, str], log: Path, keep: Sequence[int] = ()
) -> None:
    """Start a program in its own session, where it outlives this process and its group. Raises OSError; nobody waits.

    `keep`: descriptors that it gets under the same numbers.
    """
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        # The intermediate process gets a session first: between fork and setsid, a child would still die with our group.
        done = subprocess.run(
            ["setsid", "--fork", *arguments],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            cwd="/",
            check=False,
            pass_fds=tuple(keep),
        )
        if done.returncode:
            raise OSError(errno.EAGAIN, "no process could be started")


class Attended:
    """A program that serves this process and ends when its channel closes."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        self._child = child

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def running(self) -> bool:
        """Whether the program still runs."""
        return self._child.poll() is None

    def end(self, seconds: float) -> None:
        """Ask it to end, wait up to `seconds`, then kill it."""
        self._child.terminate()
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def spawn_attended(
    arguments: Sequence[str], *, environment: Mapping[str, str], channel: socket.socket
) -> Attended:
    """Start a program in its own session, with a socket as its input; its output is discarded. Raises OSError."""
    return Attended(
        subprocess.Popen(
            list(arguments),
            stdin=channel.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            cwd="/",
            start_new_session=True,
        )
    )


class Child:
    """A program that this process started. Called, it gives the exit code, or None while the program runs."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child

    def __call__(self) -> int | None:
        return self._child.poll()

    def end(self) -> None:
        """Ask it to end."""
        self._child.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._child.kill()


def spawn_child(arguments: Sequence[str], *, environment: Mapping[str, str], log: Path) -> Child:
    """Start a program in its own session and this folder; it outlives this process. Returns what gives its exit code.

    The exit code is negative for a signal and None while the program runs. Output is appended to `log`.
    """
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        child = subprocess.Popen(
            list(arguments),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
        )
    return Child(child)


def boot_id() -> str:
    """The id of this boot of the machine."""
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def identity(pid: int | None = None) -> ProcessId:
    """The identity of a live process, by default of this one. Raises ProcessLookupError."""
    pid = os.getpid() if pid is None else pid
    fields = _stat(pid)
    if fields is None:
        raise ProcessLookupError(pid)
    return ProcessId(pid, int(fields[19]), boot_id())


def alive(process: ProcessId) -> bool:
    """Whether this very process still runs; a zombie does not."""
    fields = _stat(process.pid)
    return (
        fields is not None
        and fields[0] not in "ZX"
        and int(fields[19]) == process.started
        and process.boot == boot_id()
    )


def await_end(process: ProcessId, seconds: float) -> bool:
    """Wait up to `seconds` for any process to end, without polling. Returns whether it has ended."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return True
    except OSError:  # a kernel older than 5.3, or no descriptor left
        time.sleep(seconds)
        return not alive(process)
    try:
        if alive(process):
            ended = select.poll()
            ended.register(descriptor, select.POLLIN)
            ended.poll(max(0, round(seconds * 1000)))
        return not alive(process)
    finally:
        os.close(descriptor)


def become_subreaper() -> None:
    """Make this process the parent of its orphaned descendants, so that none can hide from `end_tree`."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def enter_cgroup(name: str) -> Path | None:
    """Move this process into a new cgroup (version 2) below its own; None if the machine does not permit it."""
    base = _own_cgroup()
    if base is None:
        return None
    group = base / name
    try:
        group.mkdir()
        (group / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        return None
    return group


def tree(*, marker: str, group: Path | None, root: int | None = None, since: int = 0) -> list[int]:
    """The live processes of a tree: in its cgroup, with its marker, or descended from `root` (which is left out).

    A marker that ends with a dot is the beginning of several.
    `since`: the marker is not older than this (clock ticks), so the environments of older processes need not be read.
    """
    seen, wanted = _seen(), marker.encode()
    pids = set(_in_cgroup(group))
    pids |= {pid for pid, process in seen.items() if process.started >= since and _bears(pid, wanted)}
    if root is not None:
        pids |= _descendants(root, seen)
    return sorted(pid for pid in pids if pid not in (os.getpid(), root) and _runs(pid))


def end_tree(
    *, marker: str, group: Path | None, root: ProcessId | None = None, seconds: float = 10.0
) -> bool:
    """End every process of a tree, `root` last; True if it is proved within `seconds` that none is left.

    This process is spared if it belongs to the tree.
    """
    deadline = time.monotonic() + seconds
    unnamed: dict[tuple[int, int], float] = {}
    other = root if root is not None and root.pid != os.getpid() else None
    since = root.started if root is not None and other is None else 0
    if other is not None and alive(other):
        # A stopped root starts nothing more, but still adopts orphans, so that they are found.
        _signal([other.pid], signal.SIGSTOP)
    if group is not None and (root is None or other is not None):
        _kill_cgroup(group)
    while time.monotonic() < deadline:
        rest = tree(marker=marker, group=group, root=_top(root), since=since)
        if not rest and other is not None and alive(other):
            rest = [other.pid]
        begun = ((pid, process.started) for pid, process in _seen().items() if process.started >= since)
        if not rest and not some_in_exec(begun, _read, unnamed, time.monotonic()):
            return True
        _signal(rest, signal.SIGKILL)
        time.sleep(0.01)
    return False


def remove_cgroup(group: Path | None) -> None:
    """Remove an empty cgroup; ignore one that is gone or not empty."""
    if group is not None:
        try:
            group.rmdir()
        except OSError:
            return


def leave_cgroup(group: Path | None) -> None:
    """Move this process back to the parent cgroup, and remove the one it leaves if that is empty."""
    if group is None:
        return
    try:
        (group.parent / "cgroup.procs").write_text(str(os.getpid()))
    except OSError:
        return
    remove_cgroup(group)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state field on; the name before them may hold any character."""
    content = _read(f"/proc/{pid}/stat")
    return None if content is None else content.rpartition(b")")[2].decode("ascii").split()


def _runs(pid: int) -> bool:
    fields = _stat(pid)
    return fields is not None and fields[0] not in "ZX"


def _pids() -> Iterable[int]:
    return (int(name) for name in (entry.name for entry in _PROC.iterdir()) if name.isdigit())


def _bears(pid: int, marker: bytes) -> bool:
    environment = _environment(pid)
    return marker in environment or (
        marker.endswith(b".") and any(entry.startswith(marker) for entry in environment)
    )


def _environment(pid: int) -> list[bytes]:
    return (_read(f"/proc/{pid}/environ") or b"").split(b"\0")


def _read(path: str) -> bytes | None:
    """A file of /proc; None if the process is gone or not ours. Must be fast: one pass reads hundreds."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        pieces = []
        while piece := os.read(descriptor, 1 << 16):
            pieces.append(piece)
        return b"".join(pieces)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _in_cgroup(group: Path | None) -> list[int]:
    if group is None:
        return []
    try:
        return [int(line) for line in (group / "cgroup.procs").read_text().split()]
    except OSError:
        return []


def _seen() -> dict[int, _Seen]:
    """Every process of this machine, in one pass."""
    processes = {}
    for pid in _pids():
        fields = _stat(pid)
        if fields is not None:
            processes[pid] = _Seen(int(fields[1]), int(fields[19]))
    return processes


def _descendants(root: int, seen: Mapping[int, _Seen]) -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, process in seen.items():
        children.setdefault(process.parent, []).append(pid)
    descendants: set[int] = set()
    todo = [root]
    while todo:
        fresh = [pid for pid in children.get(todo.pop(), []) if pid not in descendants]
        descendants.update(fresh)
        todo.extend(fresh)
    return descendants


def _own_cgroup() -> Path | None:
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    mount = next((fields[1] for fields in mounts if fields[2] == "cgroup2"), None)
    own = next(
        (line[3:] for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")),
        None,
    )
    return Path(mount + own) if mount is not None and own is not None else None


def _top(root: ProcessId | None) -> int | None:
    return root.pid if root is not None and alive(root) else None


def _kill_cgroup(group: Path) -> None:
    try:
        (group / "cgroup.kill").write_text("1")
    except OSError:
        return  # gone, or a kernel older than 5.14: the sweep by pid kills them one by one


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue
