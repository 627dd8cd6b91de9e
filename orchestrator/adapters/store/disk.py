"""The disk under the store: how much is free, and the ballast that is thrown off when a backout needs room."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.private import FILE_MODE, private_directory
from orchestrator.engine.ports import Storage
from orchestrator.errors import StoreFault

SLICE = 4 << 20
"""Bytes of one file of the ballast; it is thrown off file by file, so that nobody else takes all of it at once."""

Relief = Callable[[str], bool]
"""Makes some room, for this deployment where it can; False when there is nothing left to give."""


def no_relief(_deployment: str) -> bool:
    """Where no ballast is kept."""
    return False


class DiskStorage(Storage):
    """The file system of a directory; ballast in `ballast/DEPLOYMENT/` below it."""

    def __init__(self, directory: Path, reserve: int) -> None:
        self._directory = directory
        self._ballast = directory / "ballast"
        self._reserve = reserve

    @property
    def place(self) -> str:
        """The directory."""
        return str(self._directory)

    @property
    def reserve(self) -> int:
        """As it was given."""
        return self._reserve

    def room(self) -> int:
        """What this user may still write; the share that a file system keeps for root is not counted."""
        with translated(f"The room in {self._directory} cannot be seen"):
            state = os.statvfs(self._directory)
        return state.f_bavail * state.f_frsize

    def lay_in(self, deployment: str, size: int) -> int:
        """Whole slices, so it may be a little more."""
        folder = self._ballast / deployment
        with suppress(OSError, StoreFault):
            private_directory(folder)
            for number in range(-(-size // SLICE)):
                self._lay(folder / f"{number}")
        return sum(_size(file) for file in _slices(folder))

    def release(self, deployment: str) -> int:
        """Half of the slices; of an odd number the smaller half, so that one stays."""
        slices = _slices(self._ballast / deployment)
        return sum(map(_throw_off, slices[: len(slices) // 2]))

    def relieve(self, deployment: str) -> bool:
        """Throw off one slice: of this deployment, else of another, for whoever needs room needs it now."""
        own_first = sorted(_slices(self._ballast), key=lambda folder: folder.name != deployment)
        return any(_throw_off(file) for folder in own_first for file in reversed(_slices(folder)))

    def give_back(self, deployment: str) -> None:
        """Nothing where none is kept."""
        folder = self._ballast / deployment
        for file in _slices(folder):
            _throw_off(file)
        with suppress(OSError):
            folder.rmdir()

    def _lay(self, file: Path) -> None:
        # One that was cut short by a kill is filled up.
        missing = SLICE - _size(file)
        if missing <= 0 or self.room() - missing < self._reserve:
            return
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
        try:
            os.posix_fallocate(descriptor, 0, SLICE)
        except OSError:
            file.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)


def _slices(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir(), key=lambda file: (len(file.name), file.name))
    except OSError:
        return []


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _throw_off(file: Path) -> int:
    """The bytes that this gave; 0 where another process was faster."""
    size = _size(file)
    try:
        file.unlink()
    except OSError:
        return 0
    return size
