"""What runs of a unit: its main process, the program of it, and what of it changed since the process started.

Times are seconds since 1970 by this host's clock. A file's time of status change is compared, for programs can set no other.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DELETED = " (deleted)"
"""What the kernel writes after the path of a file that is in use and gone."""
LEEWAY = 0.02
"""Seconds: the kernel counts a start in hundredths, and a change of a file in ticks of its clock."""
STEADY_SECONDS = 20.0
"""A unit that systemd restarted is steady again after so many seconds."""
_ARGUMENT_LIMIT = 200
_DESCRIPTOR_LIMIT = 2000
_NO_FOLDER_OF_ITS_OWN = (
    "/", "/bin", "/sbin", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec", "/usr/local", "/usr/local/bin",
    "/usr/local/sbin", "/etc", "/var", "/var/lib", "/opt", "/srv", "/home", "/root", "/run", "/tmp",  # noqa: S108 - compared, not used
)  # fmt: skip
_CODE = (
    ".py",
    ".pyz",
    ".jar",
    ".war",
    ".js",
    ".mjs",
    ".rb",
    ".pl",
    ".php",
    ".sh",
    ".lua",
    ".so",
    ".beam",
    ".dll",
)
_WRITTEN = ("/var/", "/run/", "/dev/", "/proc/", "/sys/")
_WRITTEN_KINDS = (".log", ".pid", ".lock", ".sock", ".db", ".sqlite", ".sqlite3", ".state")
_PASSING = (
    "/memfd:", "/dev/", "/SYSV", "/tmp/", "/var/tmp/", "/run/", "/[", "/anon_hugepage", "/proc/", "/i915",  # noqa: S108
)  # fmt: skip


class Process:
    """A process of this host. Raises OSError where it is gone or cannot be looked at."""

    def __init__(self, pid: int) -> None:
        self.folder = "/proc/" + str(pid)
        with open(self.folder + "/stat", "rb") as source:
            ticks = int(source.read().rpartition(b")")[2].split()[19])
        self.since_boot = ticks / os.sysconf("SC_CLK_TCK")
        self.started_at = time.time() - (time.clock_gettime(_BOOT_CLOCK) - self.since_boot)
        self.start = str(pid) + "@" + str(ticks)
        self.program = os.readlink(self.folder + "/exe")
        self.cwd = os.readlink(self.folder + "/cwd")

    def program_key(self) -> tuple[int, int]:
        """Which file its program is: two processes of one program have one key."""
        status = os.stat(self.folder + "/exe")
        return (status.st_dev, status.st_ino)

    def arguments(self) -> list[str]:
        """Its command line, as far as it may name files."""
        with open(self.folder + "/cmdline", "rb") as source:
            words = source.read(1 << 16).split(b"\0")
        return [word.decode("utf-8", "surrogateescape") for word in words[1:_ARGUMENT_LIMIT]]

    def open_files(self) -> set[str]:
        """What it holds open: data, for configuration is read and closed."""
        folder = self.folder + "/fd/"
        try:
            return {os.readlink(folder + number) for number in os.listdir(folder)[:_DESCRIPTOR_LIMIT]}
        except OSError:
            return set()

    def mapped(self) -> list[str]:
        """The programs, libraries and archives that are in its memory."""
        paths = set()
        with open(self.folder + "/maps", "rb") as source:
            for line in source:
                fields = line.split(None, 5)
                if len(fields) == 6 and fields[5][:1] == b"/" and (b"x" in fields[1] or b".jar" in fields[5]):
                    paths.add(fields[5].rstrip(b"\n").decode("utf-8", "surrogateescape"))
        return sorted(path for path in paths if not path.startswith(_PASSING))


_DROP_IN_FOLDERS = ("/etc/systemd/system/", "/run/systemd/system/", "/usr/local/lib/systemd/system/")
_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", 7)


class Finished(Process):
    """A one-shot that did its work and whose unit stays active: what it did is there, with the files of that moment."""

    def __init__(self, unit: dict[str, str]) -> None:
        began = int(unit["ExecMainStartTimestampMonotonic"]) / 1e6
        self.folder = ""
        self.started_at = time.time() - (time.clock_gettime(time.CLOCK_MONOTONIC) - began)
        self.start = unit["ExecMainStartTimestampMonotonic"]
        self.program = ""
        self.cwd = "/"
        self.words = [word for line in unit.get("ExecStart", "").splitlines() for word in _words_of(line)]

    def arguments(self) -> list[str]:
        """The words of its command lines, the programs too."""
        return self.words[:_ARGUMENT_LIMIT]

    def open_files(self) -> set[str]:
        """None: nothing runs."""
        return set()

    def mapped(self) -> list[str]:
        """Nothing, likewise."""
        return []


def _words_of(line: str) -> list[str]:
    """The words of a command as systemd shows it: `{ path=/bin/sh ; argv[]=/bin/sh -c true ; ignore_errors=no ; ... }`."""
    return line.partition("argv[]=")[2].partition(" ; ignore_errors=")[0].split()


class Running:
    """One unit whose main process runs, or did its work. Raises OSError where the process cannot be looked at."""

    def __init__(self, name: str, unit: dict[str, str], process: Process) -> None:
        self.process = process
        self.started_at = process.started_at
        self.configured_at = max(self.started_at, _reloaded_at(unit))
        self.definitions = _definitions(name, unit)
        named = [path for word in process.arguments() for path in _paths(word, process.cwd)]
        data = process.open_files()
        self.files = {path for path in named if os.path.isfile(path) and _is_read_at_start(path, data)}
        self.words = _words(name)
        folders = {path for path in named if os.path.isdir(path)} | {process.cwd}
        folders |= {os.path.dirname(path) for path in (*self.files, process.program)}
        self.folders = {path for path in folders if path not in _NO_FOLDER_OF_ITS_OWN}

    def changed_part(self) -> str:
        """What the process was made of and that has changed since: a path, or nothing."""
        mapped = self.process.mapped()
        for path in (self.process.program, *mapped):
            if path.endswith(DELETED):
                return path[: -len(DELETED)]
        reread = {path for path in self.files if not _is_code(path)}
        parts = {self.process.program, *mapped, *self.files, *self.definitions} - reread
        late = [
            (moment, path)
            for path in parts
            for moment in [_changed_at(path)]
            if moment > self.started_at + LEEWAY
        ]
        late += [
            (moment, path)
            for path in reread
            for moment in [_changed_at(path)]
            if moment > self.configured_at + LEEWAY
        ]
        return max(late)[1] if late else ""

    def may_own(self, path: str) -> bool:
        """Whether a file can be a part of this unit: it is named by it, lies in a folder of it, or is named like it."""
        if path in self.files or path in self.definitions:
            return True
        if path.startswith(_STATE):
            return False
        if any(path.startswith(folder.rstrip("/") + "/") for folder in self.folders):
            return True
        return any(_stem(part) in self.words for part in path.split("/") if part)


def _is_read_at_start(path: str, data: set[str]) -> bool:
    """Whether a named file is a program, a script or configuration, and not a log or what else a service writes."""
    return _is_code(path) or not (path in data or path.startswith(_WRITTEN) or path.endswith(_WRITTEN_KINDS))


def _is_code(path: str) -> bool:
    """Whether a named file is run and not read: a reload does not bring what is new in it."""
    return os.access(path, os.X_OK) or path.endswith(_CODE)


def _definitions(name: str, unit: dict[str, str]) -> list[str]:
    """The files that define a unit, and the folders of its drop-ins: one that was taken out changed its folder."""
    template = name.partition("@")[0] + "@." + name.rpartition(".")[2] if "@" in name else name
    folders = [folder + each + ".d" for folder in _DROP_IN_FOLDERS for each in {name, template}]
    environment = [line.partition(" (")[0] for line in unit.get("EnvironmentFiles", "").splitlines()]
    paths = [unit.get("FragmentPath", ""), *unit.get("DropInPaths", "").split(), *environment]
    return [*(path for path in paths if path.startswith("/")), *folders]


def _reloaded_at(unit: dict[str, str]) -> float:
    """When systemd last reloaded a unit that can be: then it read its configuration again."""
    changed = unit.get("StateChangeTimestampMonotonic", "")
    if unit.get("CanReload") != "yes" or not changed.isdigit():
        return 0.0
    return time.time() - (time.clock_gettime(time.CLOCK_MONOTONIC) - int(changed) / 1e6)


def _paths(word: str, cwd: str) -> list[str]:
    """The paths that a word of a command line may stand for, such as the two of `--with=/etc/a:/etc/b`."""
    paths = []
    for part in word.replace("=", ":").replace(",", ":").split(":"):
        if part.startswith("/"):
            paths.append(os.path.normpath(part))
        elif part and not part.startswith("-") and len(part) < 256:
            paths.append(os.path.normpath(os.path.join(cwd, part)))
    return [path for path in paths if os.path.exists(path)]


def _words(name: str) -> set[str]:
    """What files of a unit may be called: `shop@de.service` is `shop`, or `shop@de`."""
    whole = name.rpartition(".")[0]
    return {each for each in (whole, whole.partition("@")[0]) if each}


def _stem(path: str) -> str:
    return os.path.basename(path).partition(".")[0]


def _changed_at(path: str) -> float:
    try:
        return max(os.lstat(path).st_ctime, os.stat(path).st_ctime)
    except OSError:
        return 0.0


def is_restarting(unit: dict[str, str]) -> bool:
    """Whether systemd restarts a unit again and again: it did so, and the unit is not up for long."""
    restarts, entered = unit.get("NRestarts", ""), unit.get("ActiveEnterTimestampMonotonic", "")
    if not restarts.isdigit() or not int(restarts):
        return False
    if unit.get("ActiveState") != "active":
        return unit.get("SubState") == "auto-restart"
    up = time.clock_gettime(time.CLOCK_MONOTONIC) - int(entered if entered.isdigit() else 0) / 1e6
    return up < STEADY_SECONDS


def active_state(unit: dict[str, str]) -> str:
    """A unit's state; a job that a timer starts is inactive also while it runs, for it comes and goes by itself."""
    state = unit.get("ActiveState", "")
    passes = unit.get("Type") == "oneshot" and unit.get("RemainAfterExit") != "yes"
    triggered = any(each.endswith((".timer", ".path")) for each in unit.get("TriggeredBy", "").split())
    return "inactive" if passes and triggered and state in ("activating", "deactivating") else state


def process_of(unit: dict[str, str]) -> Process | None:
    """The main process of a unit, or its last where the unit stays active after it; None where it has none. Raises OSError."""
    pid, began = unit.get("MainPID", ""), unit.get("ExecMainStartTimestampMonotonic", "")
    if pid.isdigit() and int(pid):
        return Process(int(pid))
    stays = unit.get("RemainAfterExit") == "yes" and unit.get("SubState") == "exited"
    return Finished(unit) if stays and began.isdigit() and int(began) else None


class Changes:
    """Files of a capture that changed after the units of it had started: what they may have read is not what is there.

    `since` is the moment after which a change is of interest.
    """

    def __init__(self) -> None:
        self.units: dict[str, tuple[Running, dict[str, Any]]] = {}
        self.since = float("inf")
        self.late: list[tuple[float, str, bool]] = []

    def watch(self, name: str, running: Running, attributes: dict[str, Any]) -> None:
        """From now on, files count for this unit; `attributes` are those of its item."""
        self.units[name] = (running, attributes)
        self.since = min(self.since, running.configured_at + LEEWAY)

    def note(self, path: str, changed_at: float, *, is_folder: bool = False) -> None:
        """A captured path that changed after `since`: a file, or a folder in which a name came or went."""
        self.late.append((changed_at, path, is_folder))

    def conclude(self) -> None:
        """Say in the item of each unit which of its files changed last, after it had started."""
        others: dict[str, bool] = {}
        for changed_at, path, is_folder in sorted(self.late, reverse=True):
            owners = [name for name, (running, _) in self.units.items() if running.may_own(path)]
            if not owners and not is_folder and not _is_of_nobody_here(path, others):
                owners = list(self.units)
            for name in owners:
                running, attributes = self.units[name]
                if changed_at > running.configured_at + LEEWAY and not attributes["stale"]:
                    attributes["stale"] = path


_STATE = ("/var/", "/run/")
"""What services write themselves, and where backouts keep what they need: no configuration, unless a command line names it."""
_OF_NO_SERVICE = (
    *_STATE,
    "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid", "/etc/motd", "/etc/issue",
    "/etc/cron", "/etc/logrotate.d", "/etc/sudoers", "/etc/profile", "/etc/apt", "/etc/alternatives", "/etc/sysctl",
    "/etc/update-motd.d", "/etc/modprobe.d", "/etc/modules", "/etc/fstab", "/etc/mtab", "/etc/ld.so", "/etc/rc",
    "/etc/ssh", "/etc/systemd", "/etc/init.d", "/etc/bash", "/etc/skel", "/usr/share/doc", "/usr/share/man", "/boot", "/root",
    "/usr/lib/systemd", "/lib/systemd", "/etc/default",
)  # fmt: skip
_UNIT_FOLDERS = ("/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/")


def _is_of_nobody_here(path: str, known: dict[str, bool]) -> bool:
    """Whether a path that no captured unit owns is of another unit of this host, or of no service."""
    if path.startswith(_OF_NO_SERVICE):
        return True
    for part in path.split("/"):
        stem = _stem(part)
        if stem and stem not in known:
            known[stem] = any(os.path.exists(folder + stem + ".service") for folder in _UNIT_FOLDERS)
        if stem and known[stem]:
            return True
    return False
