"""A backup of a home: a compressed tar of its files and of its journal, as it was at one moment, with the digest of each.

What tells of later events (attempts, the checkpoint beside the store) is read before the journal, and what events name
(baselines, private copies) after it: so that no backup that was made at work looks like a journal that lost events.
"""

import gzip
import io
import os
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from orchestrator.adapters.store.backup.manifest import MANIFEST, Manifest
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.journal import FILE
from orchestrator.adapters.store.private import new_file, sync_directory
from orchestrator.adapters.store.tables import STEPS
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import NotFound, Refused, StoreFault

BEFORE = ("attempts", "begun", "visits", "seal")
"""Folders that must not know more than the journal does."""
LEFT_OUT = frozenset({"ballast", "drivers", "media"})
"""Folders that are made anew: reserved room, claims, and copies of units, which libraries have."""

Said = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BackedUp:
    """The file, how many files are in it, and whether the journal is: that of a server is its administrator's."""

    file: Path
    files: int
    journal: bool


def back_up(home: Path, file: Path, now: datetime, advance: Said, *, on_server: bool) -> BackedUp:
    """Write a new file, mode 0600, whole or not at all. Raises NotFound, Refused, StoreFault."""
    if not home.is_dir() or not (on_server or (home / FILE).is_file()):
        raise NotFound(f"There is no store in {home}, so that nothing was backed up.")
    if os.path.lexists(file):
        raise Refused(f"{file} is there already, and is not written over. Name another file.")
    part = file.with_name(f".{file.name}.part")
    with translated(f"{home} cannot be backed up to {file}"):
        try:
            part.unlink(missing_ok=True)
            new_file(part)
            files = _write(home, part, now, advance, on_server=on_server)
            os.link(part, file)
            sync_directory(file.absolute().parent)
        finally:
            part.unlink(missing_ok=True)
    return BackedUp(file, files, journal=not on_server)


def _write(home: Path, part: Path, now: datetime, advance: Said, *, on_server: bool) -> int:
    digests: dict[str, str] = {}
    with part.open("r+b") as opened:
        with (
            gzip.GzipFile(fileobj=opened, mode="wb", compresslevel=1, filename="", mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            before = [*_of(home, lambda top: top in BEFORE)]
            after_count = sum(1 for _ in _of(home, lambda top: top not in BEFORE))
            of = len(before) + after_count + 1
            _add_all(archive, home, before, digests, lambda done: advance(done, of))
            if not on_server:
                _add_journal(archive, home, part, digests)
            rest = [path for path in _of(home, lambda top: top not in BEFORE) if path != part]
            _add_all(archive, home, rest, digests, lambda done: advance(len(before) + 1 + done, of))
            store: Literal["file", "server"] = "server" if on_server else "file"
            manifest = Manifest(
                made=moment_text(now), store=store, tables=len(STEPS), home=str(home), files=digests
            )
            _add_bytes(archive, MANIFEST, manifest.model_dump_json(indent=1).encode())
        opened.flush()
        os.fsync(opened.fileno())
    return len(digests)


def _of(home: Path, wanted: Callable[[str], bool]) -> Iterator[Path]:
    """All folders, links and files, folders before what is in them; what vanishes meanwhile is left out."""
    for top in sorted(path.name for path in home.iterdir()):
        if not wanted(top) or top in LEFT_OUT or top.startswith(FILE) or _of_journal(top):
            continue
        place = home / top
        yield place
        if place.is_dir() and not place.is_symlink():
            for folder, folders, files in os.walk(place):
                folders.sort()
                yield from (Path(folder) / name for name in [*folders, *sorted(files)])


def _of_journal(name: str) -> bool:
    return name.startswith(("journal-of-tables", "journal.set-up")) or name.endswith(".part")


def _add_all(
    archive: tarfile.TarFile,
    home: Path,
    paths: list[Path],
    digests: dict[str, str],
    advance: Callable[[int], None],
) -> None:
    for done, path in enumerate(paths, start=1):
        name = str(path.relative_to(home))
        try:
            if path.is_symlink() or path.is_dir():
                archive.add(path, name, recursive=False)
            elif path.is_file():
                content = path.read_bytes()
                _add_bytes(archive, name, content, mode=path.stat().st_mode & 0o777)
                digests[name] = sha256(content).hexdigest()
        except FileNotFoundError:
            continue
        advance(done)


def _add_journal(archive: tarfile.TarFile, home: Path, part: Path, digests: dict[str, str]) -> None:
    """By SQLite's online backup, which waits for nobody and is of one moment; verified by SQLite's own check."""
    copy = part.with_name(f".{part.name}.journal")
    try:
        copy.unlink(missing_ok=True)
        new_file(copy)
        source = f"file:{quote(str(home / FILE))}?mode=ro"
        with closing(sqlite3.connect(source, uri=True)) as reading, closing(sqlite3.connect(copy)) as writing:
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode=DELETE")
            if writing.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise StoreFault(
                    f"{home / FILE} is damaged, so that nothing was backed up. Copy its directory, then restore it from an "
                    "earlier backup, or read it out with `sqlite3 FILE .recover`."
                )
        digest = sha256()
        with copy.open("rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
        archive.add(copy, FILE, recursive=False)
        digests[FILE] = digest.hexdigest()
    except sqlite3.Error as fault:
        raise StoreFault(
            f"{home / FILE} cannot be backed up ({plain(str(fault), 200)}). See that it is readable and that {part.parent} has "
            "room for a second copy, then repeat the command."
        ) from fault
    finally:
        copy.unlink(missing_ok=True)


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o600) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), mode
    archive.addfile(member, io.BytesIO(content))
