"""The copy of a store that is made before its tables are upgraded, which is one way (docs/operations.md).

The upgrade holds the writers' lock: nothing is written between the copy and the new tables. Killed before the last commit, it
leaves the store as it was, and whoever opens it next begins anew; copies that are whole stay.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

from orchestrator.adapters.store.private import new_file, sync_directory, sync_path
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import StoreFault

_COPY = re.compile(r"journal-of-tables-(\d+)(\.\d+)?\.sqlite")
_PART = "journal-of-tables.part"
_EVENTS = "SELECT deployment, seq, at, version, kind, body FROM events ORDER BY deployment, seq"


@dataclass(frozen=True)
class Upgraded:
    """A store that this process upgraded: from which version of the tables to which, and the copy of before."""

    old: int
    new: int
    copy: Path

    def __str__(self) -> str:
        return (
            f"The store was upgraded from tables of version {self.old} to {self.new}, for good: an older orch refuses it now. "
            f"As it was before, it is in {command_word(str(self.copy))}."
        )


def copy_of(file: Path, version: int) -> Path:
    """A verified, durable copy of the database beside it; one with the same content that is there already counts.

    The caller keeps writers out. Raises StoreFault, and then nothing was changed.
    """
    part = file.with_name(_PART)
    try:
        _remove(part)
        new_file(part)
        with closing(_opened(file)) as source:
            source.execute("VACUUM INTO ?", (str(part),))
            content = _content(source)
        _verify(part, version, content)
        sync_path(part)
        for place in _places(file, version):
            if not place.exists():
                part.replace(place)
                sync_directory(file.parent)
                return place
            if _holds(place, version, content):
                return place
        raise AssertionError("numbers have no end")
    except (OSError, sqlite3.Error) as fault:
        raise StoreFault(
            f"The store {file} has tables of version {version} and is copied before they are upgraded, which failed: "
            f"{plain(str(fault), 300)}. Nothing was changed. See that {file.parent} is writable and has room for a second "
            "copy, then repeat the command."
        ) from fault
    finally:
        with suppress(OSError):
            _remove(part)


def copies_in(home: Path) -> list[Path]:
    """The copies that upgrades left in this home, the oldest tables first."""
    matched = [(match, path) for path in home.glob("*.sqlite") if (match := _COPY.fullmatch(path.name))]
    return [path for _, path in sorted(matched, key=lambda each: (int(each[0][1]), each[1].name))]


def remove_copies(home: Path) -> None:
    """Remove them: they hold what the store holds no more. Raises OSError."""
    for path in (*copies_in(home), home / _PART):
        path.unlink(missing_ok=True)
    if home.is_dir():
        sync_directory(home)


def _places(file: Path, version: int) -> Iterator[Path]:
    yield file.with_name(f"journal-of-tables-{version}.sqlite")
    for number in count(2):
        yield file.with_name(f"journal-of-tables-{version}.{number}.sqlite")


def _opened(file: Path, **how: str) -> sqlite3.Connection:
    words = "&".join(f"{name}={value}" for name, value in {"mode": "ro", **how}.items())
    return sqlite3.connect(f"file:{quote(str(file))}?{words}", uri=True, isolation_level=None)


def _verify(part: Path, version: int, content: str) -> None:
    with closing(_opened(part)) as copied:
        sound = copied.execute("PRAGMA integrity_check").fetchone()
    if sound != ("ok",) or not _holds(part, version, content):
        raise OSError("the copy does not hold what the store holds; see whether the disk is sound (dmesg)")


def _holds(file: Path, version: int, content: str) -> bool:
    try:
        with closing(_opened(file)) as connection:
            tables = connection.execute("SELECT max(version) FROM schema_steps").fetchone()
            return tables == (version,) and _content(connection) == content
    except sqlite3.Error:
        return False


def _content(connection: sqlite3.Connection) -> str:
    """The digest of all events."""
    digest = hashlib.sha256()
    for row in connection.execute(_EVENTS):
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _remove(part: Path) -> None:
    for path in (part, part.with_name(f"{part.name}-journal")):
        path.unlink(missing_ok=True)
