"""The disk under the store: its free space, and the ballast that is released when a backout needs space."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from orchestrator.adapters.store.faults import full, translated
from orchestrator.adapters.store.private import FILE_MODE, private_directory, write_all
from orchestrator.engine.ports import Storage
from orchestrator.errors import StoreFault

SLICE = 4 << 20
"""Bytes of one ballast file; ballast is released file by file, so that nobody else takes all of it at once."""

Relief = Callable[[str], bool]
"""Frees some space, from this deployment's ballast if it has any; False if nothing is left to free."""


def no_relief(_deployment: str) -> bool:
    """The relief of a store without ballast."""
    return False


def write_with_relief(files: Mapping[Path, bytes], relief: Relief) -> None:
    """Write files as `write_all` does; on a full disk free some space and try again. Raises OSError."""
    while True:
        try:
            return write_all(files)
        except OSError as error:
            if not full(error) or not relief(""):
                raise


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
        """The reserve as configured."""
        return self._reserve

    def room(self) -> int:
        """Bytes that this user may still write, without the share that the file system keeps for root."""
        with translated(f"The room in {self._directory} cannot be seen"):
            state = os.statvfs(self._directory)
        return state.f_bavail * state.f_frsize

    def lay_in(self, deployment: str, size: int) -> int:
        """Reserves whole slices, so it may reserve slightly more."""
        folder = self._ballast / deployment
        with suppress(OSError, StoreFault):
            private_directory(folder)
            for number in range(-(-size // SLICE)):
                self._lay(folder / f"{number}")
        return sum(_size(file) for file in _slices(folder))

    def release(self, deployment: str) -> int:
        """Releases half of the slices, rounded down, so that one stays."""
        slices = _slices(self._ballast / deployment)
        return sum(map(_throw_off, slices[: len(slices) // 2]))

    def relieve(self, deployment: str) -> bool:
        """Release one slice of this deployment, else of another: the present need comes first."""
        own_first = sorted(_slices(self._ballast), key=lambda folder: folder.name != deployment)
        return any(_throw_off(file) for folder in own_first for file in reversed(_slices(folder)))

    def give_back(self, deployment: str) -> None:
        """Releases all slices, if there are any."""
        folder = self._ballast / deployment
        for file in _slices(folder):
            _throw_off(file)
        with suppress(OSError):
            folder.rmdir()

    def _lay(self, file: Path) -> None:
        # Complete a slice that a kill cut short.
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
    """Release a slice. Returns its bytes; 0 if another process was faster."""
    size = _size(file)
    try:
        file.unlink()
    except OSError:
        return 0
    return size
