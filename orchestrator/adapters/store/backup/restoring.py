"""Restores a home from its backup: whole and verified beside its place, and then put there by one rename.

What is in the file is not trusted: names stay within the home, links are made last, and each file has its digest.
"""

import os
import secrets
import shutil
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import ValidationError

from orchestrator.adapters.store.backup.manifest import MANIFEST, Manifest
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.private import DIRECTORY_MODE, FILE_MODE, sync_directory
from orchestrator.adapters.store.tables import STEPS
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import NotFound, Refused, StoreFault, UsageFault

Said = Callable[[int, int], None]
_LARGEST_MANIFEST = 256 << 20
_UNREADABLE = (tarfile.TarError, EOFError, zlib.error, ValueError)


@dataclass(frozen=True, slots=True)
class Restored:
    """The home that is there now, and what its backup says of itself."""

    home: Path
    manifest: Manifest


def restore(file: Path, home: Path, advance: Said) -> Restored:
    """Make the home, which must not be there. Raises NotFound, Refused, UsageFault, StoreFault; then nothing was made."""
    if not file.is_file():
        raise NotFound(f"There is no file {file}.")
    if os.path.lexists(home) and (not home.is_dir() or any(home.iterdir())):
        raise Refused(
            f"{home} is there already, and a home is restored as a whole. Nothing was changed. End all commands that use it, "
            f"move it away (mv {home} {home}.old), then repeat the command."
        )
    part = home.with_name(f".{home.name}.restoring-{secrets.token_hex(4)}")
    with translated(f"{home} cannot be restored from {file}"):
        home.parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        part.mkdir(mode=DIRECTORY_MODE)
        try:
            manifest = _unpack(file, part, advance)
            _sync(part)
            part.rename(home)
            sync_directory(home.parent)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    return Restored(home, manifest)


@dataclass
class _Unpacked:
    """What was read so far."""

    part: Path
    digests: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    modes: dict[str, int] = field(default_factory=dict)
    manifest: bytes = b""

    def take(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        """One member. Raises ValueError for one that orch never wrote."""
        name = _safe(member.name)
        if name in self.digests or name in self.links or self.manifest:
            raise ValueError(f"{name} twice, or after the end")
        if member.isdir():
            (self.part / name).mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
            self.modes[name] = member.mode & 0o755 | 0o700
        elif member.issym():
            self.links[name] = member.linkname
        elif not member.isfile():
            raise ValueError(f"{name}, which is no file, folder or link")
        elif name == MANIFEST:
            self.manifest = _content(archive, member).read(_LARGEST_MANIFEST)
        else:
            self.digests[name] = _written(_content(archive, member), self.part / name, member.mode)

    def finish(self) -> None:
        """Make the links, behind which nothing was written, and close the folders."""
        for name, target in self.links.items():
            (self.part / name).parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
            (self.part / name).symlink_to(target)
        for name, mode in self.modes.items():
            (self.part / name).chmod(mode)


def _unpack(file: Path, part: Path, advance: Said) -> Manifest:
    unpacked = _Unpacked(part)
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            for done, member in enumerate(archive, start=1):
                unpacked.take(archive, member)
                advance(done, done)
    except _UNREADABLE as fault:
        raise _strange(file, plain(str(fault) or type(fault).__name__, 200)) from None
    manifest = _manifest(file, unpacked.manifest)
    _refuse_other_files(file, unpacked.digests, manifest)
    unpacked.finish()
    return manifest


def _safe(name: str) -> str:
    """A name within the home. Raises ValueError."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
        raise ValueError(f"{name!r} leads out of the home")
    return str(path)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    if content is None:
        raise ValueError(f"{member.name!r} has no content")
    return content


def _written(content: IO[bytes], place: Path, mode: int) -> str:
    place.parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    digest = sha256()
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    with os.fdopen(handle, "wb") as written:
        while block := content.read(1 << 20):
            digest.update(block)
            written.write(block)
        os.fchmod(written.fileno(), mode & 0o755 | FILE_MODE)
    return digest.hexdigest()


def _manifest(file: Path, content: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError:
        raise _strange(file, "no account of what is in it: it was cut off") from None
    if manifest.tables > len(STEPS):
        raise StoreFault(
            f"{file} was made by a newer orch (tables of version {manifest.tables}; this one knows {len(STEPS)}). Nothing was "
            "restored. Use that orch, or a newer one."
        )
    return manifest


def _refuse_other_files(file: Path, digests: dict[str, str], manifest: Manifest) -> None:
    differ = sorted(
        name for name in {*digests, *manifest.files} if digests.get(name) != manifest.files.get(name)
    )
    if differ:
        raise _strange(file, f"{plain(differ[0], 200)} is not what was backed up ({len(differ)} such files)")


def _strange(file: Path, what: str) -> UsageFault:
    return UsageFault(
        f"{file} is no whole backup of orch: {what}. Nothing was restored. Take another one (orch store backup FILE makes it)."
    )


def _sync(part: Path) -> None:
    for folder, _, files in os.walk(part):
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                _sync_one(path)
        sync_directory(Path(folder))


def _sync_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
