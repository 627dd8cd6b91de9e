"""The members of a tar archive, packed or not."""

import tarfile
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from orchestrator.adapters.files.archive.limits import ArchiveBudget, ArchiveLimits, UnusableArchive
from orchestrator.adapters.files.archive.members import MemberPaths
from orchestrator.adapters.files.archive.unpacked import UnpackedStream

_EXTENDED = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_FILE_TYPES = tuple(kind for kind in tarfile.REGULAR_TYPES if kind != tarfile.GNUTYPE_SPARSE)


def tar_members(
    stream: BinaryIO, budget: ArchiveBudget, limits: ArchiveLimits
) -> Iterator[tuple[str, IO[bytes]]]:
    """Path and content of each regular file, in order. Raises UnusableArchive, tarfile.TarError and those of the unpackers."""

    class Header(tarfile.TarInfo):
        """Read by orch's rules: `tarfile` would take a header of any size into memory, and an unreadable one for the end."""

        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str | None, errors: str) -> "Header":
            try:
                header = super().frombuf(buf, encoding, errors)  # type: ignore[arg-type]
            except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError) as error:  # type: ignore[attr-defined]
                raise tarfile.ReadError(str(error)) from None
            budget.member()
            if header.type in _EXTENDED and header.size > limits.header:
                expected = f"headers of at most {limits.header:,} bytes"
                raise UnusableArchive(header.name, expected, f"one of {header.size:,}")
            return header

    unpacked, paths = UnpackedStream(stream, budget, limits.memory), MemberPaths()
    # Forwards only: what the archive holds is unpacked once, and kept nowhere.
    with tarfile.TarFile(fileobj=cast(IO[bytes], unpacked), mode="r", tarinfo=Header) as archive:
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]
            path = _path(member, paths)
            content = archive.extractfile(member) if path is not None else None
            if path is not None and content is not None:
                yield path, content
    _nothing_after(unpacked)
    paths.check()


def _path(member: tarfile.TarInfo, paths: MemberPaths) -> str | None:
    """The path of a regular file; None of a folder or a link that may stay."""
    if member.issym():
        paths.add_link(member.name, member.linkname)
    elif member.islnk():
        paths.add_hard_link(member.name, member.linkname)
    elif member.isdir():
        paths.add_folder(member.name)
    elif member.type in _FILE_TYPES and not member.issparse():
        return paths.add_file(member.name)
    else:
        finding = "a file with holes" if member.issparse() else "a device or a pipe"
        raise UnusableArchive(member.name, "files, folders and links", finding)
    return None


def _nothing_after(unpacked: UnpackedStream) -> None:
    """Some unpackers go on after the end, so what stands there would be unpacked on some hosts."""
    while piece := unpacked.read(1 << 20):
        if piece.strip(b"\0"):
            raise UnusableArchive("", "an archive that ends where its last member does", "more after its end")
