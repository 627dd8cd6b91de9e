"""The definitive media library as a folder of files; archives are read, never unpacked."""

import hashlib
import lzma
import os
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO

from orchestrator.adapters.files.archive.limits import ArchiveBudget, ArchiveLimits, UnusableArchive
from orchestrator.adapters.files.archive.tar_members import tar_members
from orchestrator.adapters.files.archive.zip_members import zip_members
from orchestrator.domain.plan.release_plan import ARCHIVES
from orchestrator.engine.project_ports import MediaLibrary
from orchestrator.errors import Fault, NotFound, PlanFault

_CHUNK = 1 << 20
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    EOFError,
    OSError,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


class DirectoryLibrary(MediaLibrary):
    """Artefacts by their path in the project. One untrustworthy member makes the whole archive refused."""

    def __init__(
        self, limits: ArchiveLimits | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits, self._monotonic = limits or ArchiveLimits(), monotonic

    def digest(self, project: Path, artefact: str) -> str:
        """SHA-256 of the artefact's bytes. Raises NotFound."""
        with self._open(project, artefact) as stream:
            return _sha256(stream)

    def members(self, project: Path, artefact: str, named: str | None = None) -> dict[str, str]:
        """SHA-256 by path of each regular file in an archive. Raises NotFound, and PlanFault for an unusable archive."""
        path = project / artefact
        with self._open(project, artefact) as stream:
            try:
                return self._members(named or artefact, stream)
            except UnusableArchive as unusable:
                fault = Fault(
                    str(path),
                    None,
                    unusable.member,
                    unusable.expected,
                    unusable.finding,
                    unusable.next_move,
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

    def _members(self, artefact: str, stream: BinaryIO) -> dict[str, str]:
        if not artefact.endswith(ARCHIVES):
            return {"": _sha256(stream)}
        budget = ArchiveBudget(os.fstat(stream.fileno()).st_size, self._limits, self._monotonic)
        if artefact.endswith(".zip"):
            return {
                path: _unpacked_sha256(content, budget)
                for path, content in zip_members(stream, budget, self._limits)
            }
        return {path: _sha256(content) for path, content in tar_members(stream, budget, self._limits)}

    def _open(self, project: Path, artefact: str) -> BinaryIO:
        try:
            path = (project / artefact).resolve()
            if path.is_relative_to(project.resolve()) and path.is_file():
                return path.open("rb")
        except (OSError, ValueError, RuntimeError):
            pass
        raise NotFound(f"There is no artefact {artefact} in {project}; build it or correct its path.")


def _unpacked_sha256(stream: IO[bytes], budget: ArchiveBudget) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        budget.unpacked(len(chunk))
        digest.update(chunk)
    return digest.hexdigest()


def _sha256(stream: IO[bytes]) -> str:
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
