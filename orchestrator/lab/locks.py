"""One at a time: locks that the kernel lets go when their holder dies."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.lab.paths import RUN


@contextmanager
def held(name: str, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the machine-wide lock of that name; `waiting` is told once when another process has it."""
    RUN.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = _taken(name, waiting)
    try:
        yield
    finally:
        (RUN / f"{name}.lock").unlink(missing_ok=True)
        os.close(descriptor)


def _taken(name: str, waiting: Callable[[], None] | None) -> int:
    path = RUN / f"{name}.lock"
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting()
                waiting = None
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_still(path, descriptor):
            return descriptor
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """The holder before us unlinks the file, and a lock on an unlinked file excludes nobody."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False
