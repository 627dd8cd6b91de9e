"""Every kind of check that is evaluated on the target: one function each, which tells the answer and what was found."""

from __future__ import annotations

import errno
import os
import pwd
import sys
import time

from orchestrator.adapters.ssh.on_target.items import file_check, packages, procfs, shell, units
from orchestrator.adapters.ssh.on_target.view import View
from orchestrator.domain.text.format import seconds_words, size_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Tuple

    Answer = Tuple[str, str]
    Asked = Dict[str, Any]


def passed_if(condition: bool, finding: str) -> Answer:  # noqa: FBT001 - reads as a sentence
    """Passed or failed, with what was found."""
    return ("passed" if condition else "failed"), finding


def evaluate(check: Asked, view: View) -> Answer:
    """One check's answer and finding; whatever keeps it from being evaluated makes it inconclusive."""
    try:
        return KINDS[check["kind"]](check, view)
    except PermissionError as error:
        return "inconclusive", f"{error.filename or 'it'} cannot be read as this user"
    except (packages.PackagesUnknown, units.UnitsUnknown) as unknown:
        return "inconclusive", str(unknown)
    except Exception as error:  # noqa: BLE001 - no check may take the others down with it
        return "inconclusive", f"{type(error).__name__}: {error}"


def _http(check: Asked, view: View) -> Answer:
    from orchestrator.adapters.ssh.on_target import network  # half as long to import as all the rest

    return network.ask_http(check)


def _tcp(check: Asked, view: View) -> Answer:
    from orchestrator.adapters.ssh.on_target import network

    return network.ask_tcp(check)


def _command(check: Asked, view: View) -> Answer:
    if check["become"] and not view.is_root:
        return "inconclusive", "root cannot be had on this host"
    program = ["/bin/sh", "-c", check["run"]]
    ran = shell.run(program if check["become"] else shell.as_login_user(program), check["timeout"])
    if ran.code is None:
        return ("failed" if ran.timed_out else "inconclusive"), ran.trouble
    code = ran.code if ran.code >= 0 else 128 - ran.code
    last_line = shell.last_line(ran.errors) or shell.last_line(ran.output)
    ending = f"exit code {code}" + (f": {last_line}" if last_line else "")
    if code != check["exit_code"]:
        return "failed", ending
    wanted = check["stdout_contains"]
    if wanted is None or wanted.encode() in ran.output:
        return "passed", ending
    if ran.trouble:
        return "inconclusive", ran.trouble
    return (
        "failed",
        f'exit code {code}, output without "{wanted}": {shell.last_line(ran.output) or "nothing"}',
    )


def _unit(check: Asked, view: View) -> Answer:
    unit = view.unit(check["name"])
    state, load = unit.get("ActiveState", ""), unit.get("LoadState", "")
    if load == "not-found":
        return passed_if(check["state"] == "absent", "no such unit")
    words = [f"{state} ({unit.get('SubState', '')})"]
    good = check["state"] == state
    if state == "active":
        up = _up_for(unit)
        words[0] += f" for {seconds_words(up)}"
        good = good and up >= check["up_for"]
        restarts = unit.get("NRestarts", "")
        if up < check["steady_for"] and not restarts.isdigit():
            return "inconclusive", "systemd does not tell how often it restarted the unit"
        if restarts.isdigit() and int(restarts):
            times = "once" if int(restarts) == 1 else f"{int(restarts)} times"
            words.append(f"restarted {times} by systemd")
            good = good and up >= check["steady_for"]
    enabled = unit.get("UnitFileState", "")
    if check["enabled"] is not None:
        words.append(enabled or "neither enabled nor disabled")
        good = good and (enabled in ("enabled", "enabled-runtime", "static", "alias")) == check["enabled"]
    return passed_if(good, ", ".join(words))


def _up_for(unit: Asked) -> float:
    since = int(unit.get("ActiveEnterTimestampMonotonic") or 0) / 1e6
    return max(0.0, time.clock_gettime(time.CLOCK_MONOTONIC) - since)


def _package(check: Asked, view: View) -> Answer:
    package = view.package(check["name"])
    if package is None:
        return passed_if(not check["installed"], "not installed")
    finding = f"version {package.version}"
    if not check["installed"]:
        return "failed", "installed, " + finding
    return passed_if(check["version"] is None or package.version.startswith(check["version"]), finding)


def _user(check: Asked, view: View) -> Answer:
    try:
        number = pwd.getpwnam(check["name"]).pw_uid
    except KeyError:
        return passed_if(not check["exists"], "no such user")
    return passed_if(check["exists"], f"user {number}")


def _os(check: Asked, view: View) -> Answer:
    release = os_release()
    if not release:
        return "inconclusive", "there is no os-release"
    name, version = release.get("ID", ""), release.get("VERSION_ID", "")
    good = name == check["distribution"] and (not check["versions"] or version in check["versions"])
    return passed_if(good, f"{name} {version}".strip())


def os_release() -> dict[str, str]:
    """The values of os-release; empty when there is none."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            with open(path, encoding="utf-8", errors="replace") as lines:
                pairs = [line.strip().partition("=") for line in lines if "=" in line]
        except FileNotFoundError:
            continue
        return {key: value.strip("\"'") for key, _, value in pairs}
    return {}


def _space(check: Asked, view: View) -> Answer:
    path = check["path"]
    while not os.path.exists(path):
        path = os.path.dirname(path)
    room = os.statvfs(path)
    free = room.f_bavail * room.f_frsize
    return passed_if(free >= check["free"], f"{size_words(free)} free")


def _memory(check: Asked, view: View) -> Answer:
    with open("/proc/meminfo", encoding="ascii") as lines:
        sizes = [line.split() for line in lines if line.startswith("MemAvailable:")]
    if not sizes:
        return "inconclusive", "the kernel does not tell the available memory"
    available = int(sizes[0][1]) * 1024
    return passed_if(available >= check["available"], f"{size_words(available)} available")


def _become(check: Asked, view: View) -> Answer:
    try:
        wanted = pwd.getpwnam(check["user"]).pw_uid
    except KeyError:
        return "failed", f"there is no user {check['user']}"
    login = os.environ.get("SUDO_USER") if view.is_root else None
    if wanted == os.geteuid():
        return "passed", "sudo asks for nothing" if login else f"the login user is {check['user']}"
    if view.is_root and not login:
        return "passed", "the login user is root"
    ran = shell.run(shell.as_login_user(["sudo", "-n", "-u", check["user"], "--", "true"]), 20)
    return passed_if(
        ran.code == 0,
        "sudo asks for nothing" if ran.code == 0 else ran.trouble or shell.last_line(ran.errors),
    )


def _python(check: Asked, view: View) -> Answer:
    minimum = tuple(int(part) for part in check["minimum"].split("."))
    return passed_if(
        sys.version_info[: len(minimum)] >= minimum, ".".join(str(part) for part in sys.version_info[:3])
    )


def _port(check: Asked, view: View) -> Answer:
    listeners = [each for each in procfs.listeners() if each.protocol == "tcp" and each.port == check["port"]]
    if not listeners:
        return passed_if(check["state"] == "free", "nobody listens")
    names = procfs.names_by_socket({each.inode for each in listeners})
    who = (
        ", ".join(sorted({name for owners in names.values() for name in owners}))
        or "a process that cannot be named"
    )
    return passed_if(check["state"] == "listening", f"{who} listens on {listeners[0].address}")


def _pending_reboot(check: Asked, view: View) -> Answer:
    if any(os.path.exists(path) for path in ("/run/reboot-required", "/var/run/reboot-required")):
        return passed_if(check["pending"], "a reboot is pending")
    if view.package_managers.has_dpkg:
        return passed_if(not check["pending"], "no reboot is pending")
    for program in (["needs-restarting", "-r"], ["dnf", "needs-restarting", "-r"]):
        ran = shell.run(program, 60)
        if ran.code == 0:
            return passed_if(not check["pending"], "no reboot is pending")
        if ran.code == 1 and not ran.errors:
            return passed_if(check["pending"], "a reboot is pending")
    return "inconclusive", "nothing on this host tells: no dpkg, no needs-restarting"


MOST_ENDED = 20
"""Processes that the way forward names."""


def _other_deployment(check: Asked, view: View) -> Answer:
    processes, unasked = procfs.marked("ORCH_RUN")
    if processes:
        pid, run = processes[0]
        more = f" and {len(processes) - 1} more" if len(processes) > 1 else ""
        pids = " ".join(str(each) for each, _ in processes[:MOST_ENDED])
        deployment = run.rpartition(".")[0] or run
        return "failed", (
            f"process {pid} ({procfs.name_of(pid)}) of {run}{more}; a run is at work (orch status {deployment}), or one "
            f"that is over left it: then end it on this host (sudo kill {pids}); let a unit of systemd start what is to stay"
        )
    if unasked:
        return "inconclusive", f"{unasked} processes cannot be asked as this user"
    return "passed", "none"


def _file(check: Asked, view: View) -> Answer:
    try:
        return file_check.look(check)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            raise
        return "inconclusive", f"{check['path']}: {error.strerror}"


KINDS: Dict[str, Callable[[Asked, View], Answer]] = {
    "http": _http,
    "tcp": _tcp,
    "command": _command,
    "unit": _unit,
    "file": _file,
    "package": _package,
    "user": _user,
    "os": _os,
    "space": _space,
    "memory": _memory,
    "become": _become,
    "python": _python,
    "port": _port,
    "pending_reboot": _pending_reboot,
    "other_deployment": _other_deployment,
}
