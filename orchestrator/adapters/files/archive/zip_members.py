"""The members of a zip archive."""

import stat
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO

from orchestrator.adapters.files.archive.limits import ArchiveBudget, ArchiveLimits, UnusableArchive
from orchestrator.adapters.files.archive.members import MemberPaths

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_FARTHEST = (1 << 16) + 22 + 20 + 56
"""Bytes from the end in which the end record must begin: the longest comment, and the records of zip64."""
_UNICODE_PATH = 0x7075


def zip_members(
    stream: BinaryIO, budget: ArchiveBudget, limits: ArchiveLimits
) -> Iterator[tuple[str, IO[bytes]]]:
    """Path and content of each regular file, in order. Raises UnusableArchive, and zipfile.BadZipFile and its like."""
    _refuse_large_directory(stream, limits)
    paths = MemberPaths()
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            budget.member()
            path = _path(member, paths)
            if path is not None:
                with archive.open(member) as content:
                    yield path, content
    paths.check()


def _path(member: zipfile.ZipInfo, paths: MemberPaths) -> str | None:
    """The path of a regular file; None of a folder."""
    # Beyond a NUL, zipfile cuts the name; others may not.
    name = member.orig_filename
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        finding = "a symbolic link" if kind == stat.S_IFLNK else "a device or a pipe"
        raise UnusableArchive(name, "files and folders", finding)
    if _has_second_name(member.extra):
        raise UnusableArchive(name, "one name for each member", "a second one in Unicode")
    if member.compress_type not in _METHODS:
        finding = f"method {member.compress_type}"
        raise UnusableArchive(name, "members stored, deflated or packed with bzip2", finding)
    if member.is_dir():
        paths.add_folder(name)
        return None
    return paths.add_file(name)


def _has_second_name(extra: bytes) -> bool:
    while len(extra) >= 4:
        if int.from_bytes(extra[:2], "little") == _UNICODE_PATH:
            return True
        extra = extra[4 + int.from_bytes(extra[2:4], "little") :]
    return False


def _refuse_large_directory(stream: BinaryIO, limits: ArchiveLimits) -> None:
    """zipfile reads the whole directory into memory, and makes an object of each entry, before anybody can count them."""
    end = stream.seek(0, 2)
    stream.seek(max(0, end - _FARTHEST))
    tail = stream.read()
    stream.seek(0)
    sizes = [
        int.from_bytes(tail[place + offset : place + offset + length], "little")
        for mark, offset, length in ((_END, 12, 4), (_END_64, 40, 8))
        if (place := tail.rfind(mark)) >= 0
    ]
    if any(limits.directory < size < end for size in sizes):
        expected = f"a directory of at most {limits.directory >> 20} MiB"
        raise UnusableArchive("", expected, "a larger one", "split the unit")
