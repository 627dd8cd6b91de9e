"""The definitive media library as a folder of files; archives are read, never unpacked."""

import hashlib
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from orchestrator.engine.ports import MediaLibrary
from orchestrator.errors import Fault, NotFound, PlanFault

MOST_MEMBERS = 100_000
MOST_BYTES = 16 * 2**30
_CHUNK = 1 << 20
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    EOFError,
    OSError,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class DirectoryLibrary(MediaLibrary):
    """Artefacts by their path in the project. One untrustworthy member makes the whole archive refused."""

    def digest(self, project: Path, artefact: str) -> str:
        """SHA-256 of the artefact's bytes. Raises NotFound."""
        with self._open(project, artefact) as stream:
            return _sha256(stream)

    def members(self, project: Path, artefact: str) -> dict[str, str]:
        """SHA-256 by path of each regular file in an archive. Raises NotFound, and PlanFault for an unusable archive."""
        path = project / artefact
        with self._open(project, artefact) as stream:
            try:
                if _is_tar(artefact):
                    return _collected(_tar_members(stream))
                if artefact.endswith(".zip"):
                    return _collected(_zip_members(stream))
                return {"": _sha256(stream)}
            except _Unusable as unusable:
                fault = Fault(
                    str(path),
                    None,
                    unusable.member,
                    unusable.expected,
                    unusable.found,
                    "build the archive anew",
                )
            except _BROKEN as error:
                # After a colon and a dash, Python lists the error of each decompressor.
                finding = " ".join(str(error).split()).partition(": -")[0][:120] or type(error).__name__
                fault = Fault(
                    str(path),
                    None,
                    "",
                    "an archive that can be read to its end",
                    finding,
                    "build the archive anew",
                )
        raise PlanFault([fault])

    def _open(self, project: Path, artefact: str) -> BinaryIO:
        try:
            path = (project / artefact).resolve()
            if path.is_relative_to(project.resolve()) and path.is_file():
                return path.open("rb")
        except (OSError, ValueError, RuntimeError):
            pass
        raise NotFound(f"There is no artefact {artefact} in {project}; build it or correct its path.")


class _Unusable(Exception):
    """A member that makes an archive unusable for a release."""

    def __init__(self, member: str, expected: str, finding: str) -> None:
        super().__init__(finding)
        self.member, self.expected, self.found = member[:200], expected, finding


def _is_tar(name: str) -> bool:
    return name.endswith((".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"))


def _collected(members: Iterator[tuple[str, IO[bytes]]]) -> dict[str, str]:
    digests: dict[str, str] = {}
    room = MOST_BYTES
    for name, stream in members:
        path = _inside(name)
        if path in digests:
            raise _Unusable(name, "each path once", "it twice")
        if len(digests) >= MOST_MEMBERS:
            raise _Unusable("", f"at most {MOST_MEMBERS} files", "more")
        digests[path], size = _digest_and_size(stream, room)
        room -= size
    return digests


def _tar_members(stream: BinaryIO) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(fileobj=stream, mode="r:*") as archive:
        for member in archive:
            _inside(member.name)
            if member.issym() or member.islnk():
                _refuse_link_outside(member)
            elif not member.isdir() and not member.isreg():
                raise _Unusable(member.name, "files, folders and links", "a device or a pipe")
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None:
                yield member.name, content


def _refuse_link_outside(member: tarfile.TarInfo) -> None:
    """Refuse a link that leads out of the archive: unpacked, it would change files that no digest covers."""
    here = PurePosixPath(member.name).parent if member.issym() else PurePosixPath()
    depth = 0
    for part in (here / member.linkname).parts:
        depth += -1 if part == ".." else part != "."
        if depth < 0 or part == "/":
            raise _Unusable(member.name, "links inside the archive", f"a link to {member.linkname[:100]}")


def _zip_members(stream: BinaryIO) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            _inside(member.filename)
            if stat.S_ISLNK(member.external_attr >> 16):
                raise _Unusable(member.filename, "files and folders", "a symbolic link")
            if not member.is_dir():
                with archive.open(member) as content:
                    yield member.filename, content


def _inside(name: str) -> str:
    """The member's path without a leading `./`. Refuses one that would be unpacked outside."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise _Unusable(name, "paths inside the archive", "one that leads out of it")
    return str(path)


def _digest_and_size(stream: IO[bytes], room: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > room:
            raise _Unusable("", f"at most {MOST_BYTES // 2**30} GiB unpacked", "more")
        digest.update(chunk)
    return digest.hexdigest(), size


def _sha256(stream: IO[bytes]) -> str:
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
