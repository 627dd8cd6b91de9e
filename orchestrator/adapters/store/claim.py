"""The claim to drive a deployment: a file lock, which the kernel releases when the holder dies."""

import fcntl
import os
import pwd
import shlex
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import TextIO

from orchestrator.adapters.store.private import FILE_MODE
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import DriverClaim
from orchestrator.errors import Conflict


class FileClaim(DriverClaim):
    """Holds from construction until the `with` block or the process ends. The file names the holder."""

    def __init__(self, path: Path, deployment: str, now: datetime) -> None:
        """Raises Conflict, which names the holder, or OSError."""
        self._file = _opened(path)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"{deployment} is driven by another process ({self._holder() or 'it has only just begun'}). "
                f"Watch it: orch status {deployment}."
            ) from None
        self._write(_present(now))

    def __enter__(self) -> "FileClaim":
        return self

    def __exit__(self, *exception: object) -> None:
        if not self._file.closed:
            self._write("")
            # Unlock explicitly: a forked child that still has the descriptor would otherwise keep the lock.
            fcntl.flock(self._file, fcntl.LOCK_UN)
            self._file.close()

    @property
    def place(self) -> tuple[int, int]:
        """The file that is locked, by its file system and its number there."""
        locked = os.fstat(self._file.fileno())
        return locked.st_dev, locked.st_ino

    def _holder(self) -> str:
        return ", ".join(plain(line) for line in self._file.read(2000).splitlines())

    def _write(self, text: str) -> None:
        # The text only informs others; a full disk must not stop a backout.
        with suppress(OSError):
            os.truncate(self._file.fileno(), 0)
            os.pwrite(self._file.fileno(), text.encode("utf-8", "replace"), 0)


class Claims(DriverClaim):
    """Several claims that are held as one."""

    def __init__(self, held: ExitStack, each: Sequence[DriverClaim]) -> None:
        self._held, self._each = held, each

    def __enter__(self) -> "Claims":
        return self

    def __exit__(self, *exception: object) -> None:
        self._held.close()

    def confirm(self) -> None:
        """Of each of them."""
        for claim in self._each:
            claim.confirm()


def _opened(path: Path) -> TextIO:
    # The file is never removed: a lock on a file that another process replaced would protect nothing.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    return os.fdopen(descriptor, "r+", encoding="utf-8", errors="replace")


def _present(now: datetime) -> str:
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    return (
        f"pid {os.getpid()} on {socket.gethostname()}\n"
        f"user {_user()}\n"
        f"since {now:%Y-%m-%dT%H:%M:%SZ}\n"
        f"command {plain(command, 200)}\n"
    )


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
