"""A lookup that tries to read and to write orch's home, by every way that a process has; it says which ones worked."""

import ctypes
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ansible.plugins.lookup import LookupBase

SECRET = "what only orch knows"
_LIBC = ctypes.CDLL(None, use_errno=True)
_REMOUNT_WRITABLE, _DETACH = 0x20 | 0x1000, 2


def _has_secret(home: Path) -> bool:
    return SECRET in (home / "journal.sqlite").read_text()


def _output(*words: str) -> str:
    return subprocess.run(words, check=False, capture_output=True, text=True).stdout


def _unmount(home: Path) -> bool:
    for flags in (0, _DETACH):
        _LIBC.umount2(os.fsencode(home), flags)
    return _has_secret(home)


def _mount_again(place: Path) -> bool:
    _LIBC.mount(b"none", os.fsencode(place), b"none", ctypes.c_ulong(_REMOUNT_WRITABLE), None)
    return bool((place / "written").write_text("x"))


def _unmount_where_one_is_root(home: Path) -> bool:
    words = f"umount -l {home}; cat {home}/journal.sqlite"
    return SECRET in _output("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", words)


def _others(pattern: str) -> Iterator[Path]:
    return Path("/proc").glob(pattern)


def _any_has_secret(places: Iterator[Path]) -> bool:
    for place in places:
        try:
            if _has_secret(place):
                return True
        except OSError:
            continue
    return False


def _enter(home: Path) -> bool:
    """Pid 1, and those that started this one."""
    pids, pid = ["1"], os.getpid()
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        pids.append(str(pid))
    journal = str(home / "journal.sqlite")
    return any(SECRET in _output("nsenter", "--target", pid, "--mount", "cat", journal) for pid in pids)


class LookupModule(LookupBase):  # type: ignore[misc]
    """`lookup('attack', HOME, FOLDER OF THE ATTEMPT)`."""

    def run(self, terms: list[str], variables: Any = None, **options: Any) -> list[str]:
        """The names of the ways that worked, with a semicolon between."""
        home, attempt = map(Path, terms)
        ways: dict[str, Callable[[], Any]] = {
            "read": lambda: _has_secret(home),
            "list": lambda: (home / "journal.sqlite") in home.iterdir(),
            "write": lambda: (home / "written").write_text("x"),
            "climb": lambda: _any_has_secret(iter([Path("../" * depth) for depth in range(1, 9)])),
            "unmount": lambda: _unmount(home),
            "mount again": lambda: _mount_again(home),
            "be root": lambda: _unmount_where_one_is_root(home),
            "roots of others": lambda: _any_has_secret(
                Path(f"{path}{home}") for path in _others("[0-9]*/root")
            ),
            "what others hold": lambda: _any_has_secret(_others("[0-9]*/fd/*")),
            "enter": lambda: _enter(home),
            "another attempt": (attempt.parent / "other/secret").read_text,
            "the end": lambda: (attempt / "end.json").write_text("{}"),
            "the request": lambda: (attempt / "request.json").write_text("{}"),
            "mount the attempt again": lambda: _mount_again(attempt),
        }
        return [";".join(name for name, way in ways.items() if _works(way))]


def _works(way: Callable[[], Any]) -> bool:
    try:
        return bool(way())
    except (OSError, ValueError):
        return False
