"""An export for an auditor as files: a folder or a zip archive, for its owner alone, whole or not at all."""

import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from shutil import rmtree
from typing import Protocol

from orchestrator.errors import NotFound, StoreFault, UsageFault

MOST_FILES = 20_000
MOST_BYTES = 512 << 20
"""Of one file."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive: it says nothing, and the same export is the same archive."""
ZIP = ".zip"
Written = tuple[str, bytes]


class ExportReader(Protocol):
    """Reads the files of an export."""

    names: Sequence[str]

    def read(self, name: str) -> bytes:
        """The bytes of one file. Raises UsageFault, StoreFault."""


def write_export(place: Path, files: Iterable[Written]) -> None:
    """Write the files to a new folder, or to an archive where the name ends in .zip. Raises UsageFault, StoreFault."""
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UsageFault(
            f"-o: expected a new folder, or a new name that ends in .zip, found {place}; name another."
        )
    try:
        if place.suffix.lower() == ZIP:
            _archive(place, files)
        else:
            _folder(place, files)
    except OSError as error:
        raise StoreFault(
            f"{place} could not be written: {error.strerror}; name a place that can be, with enough room."
        ) from None


def opened_export(place: Path) -> ExportReader:
    """The export in a folder or an archive. Raises NotFound, UsageFault, StoreFault."""
    if place.is_dir():
        return _Folder(place)
    if not place.exists():
        raise NotFound(f"There is no {place}; check the path.")
    if not place.is_file():
        raise UsageFault(f"{place} is neither a folder nor a zip archive: it is no export of orch.")
    return _Archive(place)


def _folder(place: Path, files: Iterable[Written]) -> None:
    beside = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        for name, content in files:
            file = beside / name
            file.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(content)
        beside.replace(place)
    except BaseException:
        rmtree(beside, ignore_errors=True)
        raise


def _archive(place: Path, files: Iterable[Written]) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in files:
                entry = zipfile.ZipInfo(member, EPOCH)
                entry.external_attr = (stat.S_IFREG | 0o600) << 16
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class _Folder:
    """What is neither file nor folder is named and never read: it is no file of an export."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.names: Sequence[str] = sorted(self._walked(place))
        if len(self.names) > MOST_FILES:
            raise UsageFault(f"{place} has more than {MOST_FILES} files: it is no export of orch.")

    @staticmethod
    def _walked(place: Path) -> Iterable[str]:
        for folder, folders, files in os.walk(place):
            links = [name for name in folders if Path(folder, name).is_symlink()]
            for name in (*files, *links):
                yield Path(folder, name).relative_to(place).as_posix()

    def read(self, name: str) -> bytes:
        """See the protocol."""
        file = self._place / name
        try:
            if not stat.S_ISREG(file.lstat().st_mode):
                return b""
            with file.open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
        except OSError as error:
            raise StoreFault(f"{file} cannot be read: {error.strerror}.") from None
        return _bounded(name, content)


class _Archive:
    """A member is read only up to the largest size, whatever the archive says of it."""

    def __init__(self, place: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(place)
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise UsageFault(
                f"{place} is neither a folder nor a zip archive: it is no export of orch."
            ) from None
        except OSError as error:
            raise StoreFault(f"{place} cannot be read: {error.strerror}.") from None
        members = [entry.filename for entry in self._archive.infolist() if not entry.is_dir()]
        if len(members) > MOST_FILES or len(set(members)) < len(members):
            raise UsageFault(f"{place} has too many members, or a name twice: it is no export of orch.")
        self.names: Sequence[str] = sorted(members)

    def read(self, name: str) -> bytes:
        """See the protocol."""
        try:
            with self._archive.open(name) as stream:
                content = stream.read(MOST_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            RuntimeError,
            EOFError,
            OSError,
            ValueError,
        ) as fault:
            raise UsageFault(f"{name} cannot be read from the archive: {type(fault).__name__}.") from None
        return _bounded(name, content)


def _bounded(name: str, content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise UsageFault(f"{name} is larger than {MOST_BYTES >> 20} MiB: it is no file of an export of orch.")
    return content
