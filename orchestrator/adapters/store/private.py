"""Directories and files that only their owner can read, and what is done so that they survive a power cut."""

import os
from pathlib import Path

from orchestrator.errors import StoreFault

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
_WRITABLE_BY_OTHERS = 0o022


def private_directory(path: Path) -> Path:
    """The directory, made with mode 0700 where it is missing. Raises StoreFault when others may write to it, or OSError.

    One that is there already keeps its mode: it may be more than our store.
    """
    missing = [place for place in (path, *path.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
        sync_directory(place.parent)
    mode = path.stat().st_mode
    if mode & _WRITABLE_BY_OTHERS:
        raise StoreFault(
            f"{path} holds orch's records and others may write to it (mode {mode & 0o7777:04o}). "
            f"Take that from them (chmod go-w {path}) or name another directory."
        )
    return path


def new_file(path: Path) -> None:
    """An empty file with mode 0600; one that is there is not even opened. Raises OSError."""
    try:
        # Never opened when it exists: closing any descriptor of a SQLite file drops this process' locks on it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    except FileExistsError:
        return
    os.close(descriptor)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
