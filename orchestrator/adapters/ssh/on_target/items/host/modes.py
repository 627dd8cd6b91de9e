"""Who may do what on the host as a whole: the modes of its folders, and the programs that run as somebody else."""

from __future__ import annotations

import os
import stat
import time

from orchestrator.adapters.ssh.on_target.items import file_check, patterns
from orchestrator.domain.text.format import mode_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_FOLDERS = (
    "/", "/*", "/boot/*", "/home/*", "/root/.ssh", "/home/*/.ssh", "/etc/*", "/usr/*", "/usr/local/*", "/var/*", "/var/spool/*",
    "/srv/*", "/opt/*", "/dev/shm",  # noqa: S108 - looked at, not used
    "/dev/mqueue", "/dev/pts", "/run/lock",
)  # fmt: skip
_NOT_LASTING = ("/lost+found", "/mnt", "/media", "/sys")
_PROGRAMS = (
    "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/libexec", "/usr/libexec/*", "/usr/lib/*",
    "/usr/lib64/*", "/bin", "/sbin", "/opt/*", "/opt/*/bin", "/opt/*/sbin", "/usr/games",
)  # fmt: skip
MOST_ENTRIES = 60_000
_AS_SOMEBODY_ELSE = stat.S_ISUID | stat.S_ISGID


def folders(
    add: Callable[[str, str, dict[str, Any]], None],
    is_left_out: Callable[[str], bool],
    hidden: Callable[[str, OSError], None],
) -> None:
    """Mode and owner of each folder that the system or its people stand on; nothing of what is in it."""
    names = file_check.Names()
    for path in _several(_FOLDERS, hidden):
        try:
            status = os.lstat(path)
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode) and path not in _NOT_LASTING and not is_left_out(path):
            add("system folder", path, _attributes(status, names))


def programs(
    add: Callable[[str, str, dict[str, Any]], None],
    is_left_out: Callable[[str], bool],
    hidden: Callable[[str, OSError], None],
    deadline: float,
) -> str:
    """Set-user-id and set-group-id files where programs are; returns why the search was given up, or nothing."""
    entries = 0
    for folder in _several(_PROGRAMS, hidden):
        if os.path.islink(folder) or not os.path.isdir(folder):
            continue
        try:
            entries += _programs_in(folder, add, is_left_out)
        except FileNotFoundError:
            continue
        except OSError as error:
            hidden(folder, error)
        if entries > MOST_ENTRIES or time.monotonic() > deadline:
            return "more than " + str(MOST_ENTRIES) + " files" if entries > MOST_ENTRIES else "no time left"
    return ""


def _programs_in(
    folder: str, add: Callable[[str, str, dict[str, Any]], None], is_left_out: Callable[[str], bool]
) -> int:
    """How many names there are."""
    entries = 0
    names = file_check.Names()
    with os.scandir(folder) as listed:
        for entry in listed:
            entries += 1
            if not entry.is_file(follow_symlinks=False):
                continue
            status = entry.stat(follow_symlinks=False)
            if status.st_mode & _AS_SOMEBODY_ELSE and not is_left_out(entry.path):
                add(
                    "set-uid file",
                    entry.path,
                    {**_attributes(status, names), "sha256": file_check.digest_of(entry.path)},
                )
    return entries


def _attributes(status: os.stat_result, names: file_check.Names) -> dict[str, Any]:
    return {
        "mode": mode_words(stat.S_IMODE(status.st_mode)),
        "owner": names.owner_of(status),
        "group": names.group_of(status),
    }


def _several(paths: tuple[str, ...], hidden: Callable[[str, OSError], None]) -> list[str]:
    several: dict[str, None] = {}
    for path in paths:
        several.update(dict.fromkeys(patterns.expand(path, hidden) if patterns.is_pattern(path) else [path]))
    return list(several)
