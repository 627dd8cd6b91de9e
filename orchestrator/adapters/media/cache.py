"""The cache of media: each file once, by its digest, below the home; a file that is being copied stands beside."""

import fcntl
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from orchestrator.adapters.media.source import CHUNK
from orchestrator.errors import StoreFault

_FICLONE = 0x40049409
"""ioctl_ficlone(2): two files share their blocks until one of them is written to."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Held(NamedTuple):
    """A file of the cache: its digest by its name, its size, and when it was last used (seconds since the epoch)."""

    sha256: str
    file: Path
    size: int
    used_at: float


class MediaCache:
    """`sha256/DIGEST` below a folder; `partial/` and `locks/` beside."""

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder, self._reserve = folder, reserve

    def held(self, sha256: str) -> Path | None:
        """The file whose bytes have this digest now; one whose bytes have changed is removed."""
        file = self._folder / "sha256" / sha256
        try:
            with file.open("rb") as stream:
                digest = digest_of(stream)
            if digest == sha256:
                os.utime(file)
                return file
            file.unlink()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _fault(file, error) from None
        return None

    @contextmanager
    def locked(self, sha256: str, waits: Callable[[], None]) -> Iterator[None]:
        """Alone with one digest on this machine; the lock ends with the process, however it ends. Raises StoreFault."""
        file = self._made(self._folder / "locks" / sha256)
        try:
            opened = file.open("wb")
        except OSError as error:
            raise _fault(file, error) from None
        with opened as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waits()
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def partial(self, sha256: str) -> tuple[Path, str]:
        """The file that is being copied, which may not be there yet, and the validator that it was begun under."""
        file = self._made(self._folder / "partial" / sha256)
        validator = ""
        with suppress(OSError, UnicodeDecodeError):
            validator = file.with_suffix(".validator").read_text(encoding="ascii")
        return file, validator

    def begun(self, sha256: str, validator: str) -> None:
        """Keep the validator of what is being copied. Raises StoreFault."""
        file = self._folder / "partial" / f"{sha256}.validator"
        try:
            file.write_text(validator, encoding="ascii")
        except OSError as error:
            raise _fault(file, error) from None

    def drop(self, sha256: str) -> None:
        """Remove what was copied so far."""
        for name in (sha256, f"{sha256}.validator"):
            (self._folder / "partial" / name).unlink(missing_ok=True)

    def keep(self, sha256: str) -> Path:
        """What was copied is whole: it takes its place, durable and read-only. Raises StoreFault."""
        partial, target = self._folder / "partial" / sha256, self._made(self._folder / "sha256" / sha256)
        try:
            partial.chmod(0o444)
            partial.replace(target)
            _sync(target.parent)
        except OSError as error:
            raise _fault(target, error) from None
        self.drop(sha256)
        return target

    def room(self) -> int:
        """Bytes that may still be written without the reserve that orch keeps free."""
        state = os.statvfs(self._folder)
        return max(0, state.f_bavail * state.f_frsize - self._reserve)

    def all(self) -> list[Held]:
        """Every file of the cache, by digest, those that are being copied too."""
        files = [*(self._folder / "sha256").glob("*"), *(self._folder / "partial").glob("*")]
        return [
            Held(file.name, file, status.st_size, status.st_mtime)
            for file in sorted(files)
            if _DIGEST.fullmatch(file.name) and (status := _status(file)) is not None
        ]

    def _made(self, file: Path) -> Path:
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _fault(file, error) from None
        return file


def digest_of(stream: IO[bytes]) -> str:
    """SHA-256 of the rest of a stream, a chunk at a time."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def put(file: Path, target: Path) -> None:
    """Make `target` a file with these bytes: a clone, else a hard link, else a copy. Raises StoreFault."""
    beside = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        if not _cloned(file, beside) and not _linked(file, beside):
            _copied(file, beside)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _fault(target, error) from None


def _cloned(file: Path, target: Path) -> bool:
    with file.open("rb") as source, target.open("xb") as new:
        try:
            fcntl.ioctl(new, _FICLONE, source.fileno())
        except OSError:
            target.unlink()
            return False
    target.chmod(0o444)
    return True


def _linked(file: Path, target: Path) -> bool:
    try:
        target.hardlink_to(file)
    except OSError:
        return False
    return True


def _copied(file: Path, target: Path) -> None:
    with file.open("rb") as source, target.open("xb") as new:
        while chunk := source.read(CHUNK):
            new.write(chunk)
    target.chmod(0o444)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _status(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None


def _fault(file: Path, error: OSError) -> StoreFault:
    return StoreFault(f"{file} cannot be used: {error.strerror}. Free space or correct its mode, then retry.")
