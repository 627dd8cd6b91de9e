"""Locks that the kernel releases when their holder dies.

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
def held(name: str, *, waiting: Callable[[], None] | None = None, folder: Path = RUN) -> Iterator[None]:
    """Hold the machine-wide lock of that name; calls `waiting` once when another process has it."""
    path = folder / f"{name}.lock"
    descriptor = _tried(path)
    if descriptor is None:
        if waiting:
            waiting()
        descriptor = _waited_for(path)
    with _let_go(path, descriptor):
        yield


@contextmanager
def held_if_free(name: str, *, folder: Path = RUN) -> Iterator[bool]:
    """Hold the lock if it is free; yields whether we hold it."""
    path = folder / f"{name}.lock"
    descriptor = _tried(path)
    if descriptor is None:
        yield False
        return
    with _let_go(path, descriptor):
        yield True


@contextmanager
def _let_go(path: Path, descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _waited_for(path: Path) -> int:
    while True:
        descriptor = _opened(path)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_still(path, descriptor):
            return descriptor
        os.close(descriptor)


def _tried(path: Path) -> int | None:
    descriptor = _opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if _is_still(path, descriptor):
        return descriptor
    os.close(descriptor)
    return None


def _opened(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 (its only form)
    return descriptor


def _is_still(path: Path, descriptor: int) -> bool:
    """The holder before us unlinks the file, and a lock on an unlinked file excludes nobody."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False
