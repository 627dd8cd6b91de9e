"""Folders as archives for other machines: files, folders and links that stay inside, without owners and times."""

import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from orchestrator.errors import Refused


def write_archive(root: Path, stream: IO[bytes], about: str = "") -> None:
    """The same bytes for the same files: in their order, without times and owners. Links that lead outside are left out.

    `about`: words that are part of its bytes, where two folders with the same files are to differ.
    """
    headers = {"comment": about} if about else {}
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as archive:
        for path in files_below(root):
            if path.is_socket():
                continue
            entry = archive.gettarinfo(str(path), arcname=str(path.relative_to(root)))
            if entry.islnk():
                entry.type, entry.linkname, entry.size = tarfile.REGTYPE, "", path.stat().st_size
            if not (entry.isfile() or entry.isdir() or entry.issym()):
                continue
            entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = 0, 0, 0, "", ""
            entry.mode = _mode_of(entry)
            entry.pax_headers = {}
            if entry.isfile():
                with path.open("rb") as content:
                    archive.addfile(entry, content)
            elif not entry.issym() or _stays_inside(root, path):
                archive.addfile(entry)


def files_below(root: Path) -> Iterator[Path]:
    """Every file, folder and link, always in one order."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        yield from (Path(folder) / name for name in sorted([*folders, *names]))


def _stays_inside(root: Path, link: Path) -> bool:
    target = os.readlink(link)  # noqa: PTH115
    whole = os.path.normpath(os.path.join(link.parent, target))  # noqa: PTH118
    return not os.path.isabs(target) and (whole == str(root) or whole.startswith(f"{root}/"))  # noqa: PTH117


def extract(archive: tarfile.TarFile, target: Path) -> None:
    """Files and folders first, and then links, so that nothing is written through one; nothing outside of the target.

    Raises Refused, TarError and OSError.

    Python 3.11.2, which Debian 12 has, knows no filter of `extractall`.
    """
    members = archive.getmembers()
    for member in members:
        _refuse_stranger(member)
    for member in members:
        place = target / member.name
        if member.isdir():
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif member.isreg():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(archive, member, place)
    for member in members:
        if member.issym():
            (target / member.name).symlink_to(member.linkname)


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
    content = archive.extractfile(member)
    with place.open("xb") as stream:
        if content is not None:
            shutil.copyfileobj(content, stream)
    place.chmod(_mode_of(member))


def _refuse_stranger(member: tarfile.TarInfo) -> None:
    path = PurePosixPath(member.name)
    leads = PurePosixPath(os.path.normpath(path.parent / member.linkname)) if member.issym() else path
    known = (member.isreg() and not member.issparse()) or member.isdir() or member.issym()
    if not known or any(each.is_absolute() or ".." in each.parts for each in (path, leads)):
        raise Refused(f"What came of a project has {member.name!r} in it, which is no file of it.")


def _mode_of(entry: tarfile.TarInfo) -> int:
    """Whether it can be run, and whether it is its owner's alone: ssh takes no private key that others may read."""
    if entry.isdir():
        return 0o755
    mode = 0o755 if entry.mode & 0o100 else 0o644
    return mode if entry.mode & 0o077 else mode & 0o700
