"""What an interpreter that stays was started with: accounts, rules, environment, libraries, its own file.

Where one of them is another now, a new interpreter could be another too, and this one serves no more.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = (
    "/etc/passwd",
    "/etc/group",
    "/etc/shadow",
    "/etc/sudoers",
    "/etc/sudo.conf",
    "/etc/doas.conf",
    "/etc/environment",
    "/etc/default/locale",
    "/etc/locale.conf",
    "/etc/login.defs",
    "/etc/nsswitch.conf",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/usr/lib/locale/locale-archive",
)
FOLDERS = ("/etc/sudoers.d", "/etc/pam.d", "/etc/security", "/etc/security/limits.d", "/etc/environment.d")


def stamp() -> tuple[object, ...]:
    """Change time, inode and size of each file, as far as this user may see them."""
    return tuple(map(_state, _files()))


def _files() -> Iterator[str]:
    yield from FILES
    for folder in FOLDERS:
        yield folder
        try:
            yield from sorted(folder + "/" + name for name in os.listdir(folder))
        except OSError:
            pass
    yield sys.executable
    yield from sys.path


def _state(path: str) -> object:
    try:
        status = os.stat(path)
    except OSError as fault:
        return fault.errno
    return status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_size
