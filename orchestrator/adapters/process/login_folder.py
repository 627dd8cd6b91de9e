"""The folders in which logins are kept, and who may remove one: a lock says that it is in use, for numbers of processes do not.

Whoever has a namespace of processes of its own, as a container that shares /tmp, sees none of the numbers of others.
"""

import fcntl
import os
import shutil
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from orchestrator.adapters.process.ended_logins import end_logins

IDLE = 60
"""Seconds after which ssh ends a login that nobody uses; as Ansible's own."""
_PLACE = Path("/tmp")  # noqa: S108 - a path of a socket is short; the folder in there is private
_PREFIX = "orch-ssh-"
_LEAST = 1.0


class LoginFolder:
    """A new private folder, locked as long as this object is open and this process lives."""

    def __init__(self) -> None:
        self.path, self._lock = _made_and_locked()

    def wanted(self) -> None:
        """A run is to fetch logins from here: within IDLE seconds, or it logs in anew."""
        with suppress(OSError):
            os.utime(self.path)

    def close(self) -> None:
        """Remove it, or leave it to `sweep` where a run has still to fetch a login."""
        self.wanted()
        with suppress(OSError):
            self.path.rmdir()
        os.close(self._lock)


def sweep() -> None:
    """Remove the folders that nobody uses, and end the logins that a killed process left there.

    Whoever only asks a login whether it is there keeps it alive for another IDLE seconds: none is asked that is not ended.
    """
    for folder in _PLACE.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.getuid():
                _remove_unused(folder)


def login_is_there(path: Path) -> bool:
    """Whether an ssh answers behind this socket."""
    with socket.socket(socket.AF_UNIX) as wire, suppress(OSError):
        wire.settimeout(_LEAST)
        wire.connect(str(path))
        return True
    return False


def _made_and_locked() -> tuple[Path, int]:
    """Another process may sweep between the two; then there is a next try."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_PLACE))
        lock = _locked(folder)
        if lock is not None:
            if folder.exists():
                return folder, lock
            os.close(lock)


def _locked(folder: Path) -> int | None:
    """The descriptor that holds the lock; None where another holds it or the folder is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _remove_unused(folder: Path) -> None:
    lock = _locked(folder)
    if lock is None:
        return
    try:
        left = list(folder.iterdir())
        if not left or time.time() - folder.stat().st_mtime > IDLE:
            end_logins(left)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
