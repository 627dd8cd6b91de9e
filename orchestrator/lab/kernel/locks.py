"""One at a time: locks that the kernel lets go when their holder dies.

Programs started while a lock is held inherit it (shell.attempt): after a kill -9 of `up`, the `ip` that it started still
makes namespaces for a moment, and `down` must not look before that is over.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.lab.paths import RUN


@contextmanager
def held(name: str, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the machine-wide lock of that name; `waiting` is told once when another process has it."""
    descriptor = _tried(name)
    if descriptor is None:
        if waiting:
            waiting()
        descriptor = _waited_for(name)
    with _let_go(name, descriptor):
        yield


@contextmanager
def held_if_free(name: str) -> Iterator[bool]:
    """Hold the lock if nobody has it; yields whether we hold it."""
    descriptor = _tried(name)
    if descriptor is None:
        yield False
        return
    with _let_go(name, descriptor):
        yield True


@contextmanager
def _let_go(name: str, descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        _path(name).unlink(missing_ok=True)
        os.close(descriptor)


def _waited_for(name: str) -> int:
    while True:
        descriptor = _opened(name)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_still(_path(name), descriptor):
            return descriptor
        os.close(descriptor)


def _tried(name: str) -> int | None:
    descriptor = _opened(name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if _is_still(_path(name), descriptor):
        return descriptor
    os.close(descriptor)
    return None


def _opened(name: str) -> int:
    RUN.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(_path(name), os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 (its only form)
    return descriptor


def _path(name: str) -> Path:
    return RUN / f"{name}.lock"


def _is_still(path: Path, descriptor: int) -> bool:
    """The holder before us unlinks the file, and a lock on an unlinked file excludes nobody."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False
