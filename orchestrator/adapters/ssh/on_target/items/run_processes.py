"""The processes that runs of a deployment left on this host: by the mark in their environment, or by their login."""

from __future__ import annotations

import contextlib
import os

from orchestrator.adapters.ssh.on_target.items import procfs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator

    Process = Dict[str, Any]

MARK = b"ORCH_RUN="
LOGINS = "/run/orch-logins"
"""A line for each run that began here since the boot: its epoch, and the kernel's number of its login.

adapters/ansible/fencing.py writes it."""
AT_JOBS = ("/var/spool/cron/atjobs", "/var/spool/at")
NO_LOGIN = 4294967295


def of(runs: dict[str, int]) -> list[Process]:
    """Every process of these runs, given by name and epoch.

    The mark is inherited by all that is started in the usual way. Who starts with an empty environment still has the
    number of the login, where the kernel keeps it; the login's own sshd is no work of a run.
    """
    logins = logins_of({epoch: run for run, epoch in runs.items() if epoch})
    processes: list[Process] = []
    for pid in _pids():
        marked = _mark_of(pid)
        run = marked if marked in runs else None
        if run is None and logins:
            run = logins.get(_number(f"/proc/{pid}/sessionid"))
            if run is not None and _belongs_to_the_login(pid):
                continue
        if run is not None and _lives(pid):
            processes.append(_described(pid, run, marked=marked == run))
    return processes


def jobs_of(runs: dict[str, int], folders: tuple[str, ...] = AT_JOBS) -> list[Process]:
    """Jobs of `at` that are still to run and carry the mark of these runs; each is a file, and ends with it."""
    jobs: list[Process] = []
    for folder in folders:
        for name in _names_in(folder):
            run = _mark_in(folder + "/" + name)
            if run in runs:
                jobs.append(
                    {"run": run, "pid": 0, "program": "at", "unit": name, "seconds": 0.0, "marked": True}
                )
    return jobs


def end_job(name: str, folders: tuple[str, ...] = AT_JOBS) -> None:
    """Take a job of `at` away, as atrm does."""
    for folder in folders:
        with contextlib.suppress(OSError):
            os.unlink(folder + "/" + name)


def unasked() -> int:
    """How many processes of this host do not show their environment to this user."""
    if os.geteuid() == 0:
        return 0
    return sum(not os.access(f"/proc/{pid}/environ", os.R_OK) for pid in procfs.pids_here())


def _pids() -> Iterator[int]:
    """This host's processes: of its root, or of its mounts, where one has changed its root."""
    seen = set()
    for pid in procfs.pids_here():
        seen.add(pid)
        if pid != os.getpid():
            yield pid
    mounts = _link("/proc/self/ns/mnt")
    for name in os.listdir("/proc"):
        if (
            name.isdigit()
            and int(name) not in seen
            and mounts
            and _link("/proc/" + name + "/ns/mnt") == mounts
        ):
            yield int(name)


def _names_in(folder: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not name.startswith(".")]
    except OSError:
        return []


def _mark_in(path: str) -> str | None:
    """The mark among the variables that a job of at sets first, a line each."""
    try:
        with open(path, "rb") as job:
            lines = job.read(1 << 20).splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith(MARK):
            return line[len(MARK) :].split(b";")[0].decode("utf-8", "replace")
    return None


def _mark_of(pid: int) -> str | None:
    try:
        with open(f"/proc/{pid}/environ", "rb") as environ:
            values = environ.read().split(b"\0")
    except OSError:
        return None
    for value in values:
        if value.startswith(MARK):
            return value[len(MARK) :].decode("utf-8", "replace")
    return None


def logins_of(runs: dict[int, str], path: str = LOGINS) -> dict[int | None, str]:
    """The run of each login, by the epochs of the runs."""
    logins: dict[int | None, str] = {}
    try:
        with open(path, encoding="ascii", errors="replace") as lines:
            for line in lines:
                words = line.split()
                if len(words) == 2 and all(word.isdigit() for word in words) and int(words[0]) in runs:
                    logins[int(words[1])] = runs[int(words[0])]
    except OSError:
        return {}
    logins.pop(NO_LOGIN, None)
    logins.pop(_number("/proc/self/sessionid"), None)
    return logins


def _belongs_to_the_login(pid: int) -> bool:
    """Whether it is what every login has: sshd itself, and what keeps the user's session."""
    return procfs.name_of(pid).startswith(("sshd", "(sd-pam)", "systemd"))


def _lives(pid: int) -> bool:
    return _stat(pid)[0:1] not in ([], ["Z"], ["X"])


def _described(pid: int, run: str, *, marked: bool) -> Process:
    return {
        "run": run,
        "pid": pid,
        "program": procfs.name_of(pid),
        "unit": _unit_of(pid),
        "seconds": _seconds_of(pid),
        "marked": marked,
    }


def _unit_of(pid: int) -> str:
    """The systemd unit in whose cgroup it is; empty where there is none."""
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8", errors="replace") as lines:
            paths = [line.rstrip("\n").split(":", 2)[2] for line in lines if line.count(":") >= 2]
    except OSError:
        return ""
    for path in reversed(paths):
        for part in reversed(path.split("/")):
            if part.endswith((".service", ".scope")):
                return part
    return ""


def _seconds_of(pid: int) -> float:
    """How long it has been running."""
    fields = _stat(pid)
    try:
        with open("/proc/uptime", encoding="ascii") as uptime:
            up = float(uptime.read().split()[0])
        return round(max(0.0, up - int(fields[19]) / os.sysconf("SC_CLK_TCK")), 1)
    except (OSError, ValueError, IndexError):
        return 0.0


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold anything; the state first."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as source:
            return source.read().rpartition(")")[2].split()
    except OSError:
        return []


def _number(path: str) -> int | None:
    try:
        with open(path, encoding="ascii") as source:
            return int(source.read())
    except (OSError, ValueError):
        return None


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
