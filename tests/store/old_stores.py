"""Stores as each version of the tables had them, written by the code of its time: tests/cases/stores/README.md."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

CASES = Path(__file__).parents[1] / "cases/stores"
VERSIONS = tuple(range(1, 10))
PAUSED = "d1"
"""The deployment that the old program left paused before it touched a host."""


def old_store(home: Path, version: int) -> Path:
    """The database of this version, below `home`."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = home / "journal.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((CASES / f"tables-{version}.sql").read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode=WAL")
    file.chmod(0o600)
    return file


def events_of(file: Path) -> list[tuple[object, ...]]:
    """All rows of its events."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT * FROM events ORDER BY deployment, seq").fetchall()


def tables_of(file: Path) -> int:
    """The version of its tables."""
    with closing(sqlite3.connect(file)) as connection:
        [version] = connection.execute("SELECT max(version) FROM schema_steps").fetchone()
        assert isinstance(version, int)
        return version
