"""Which version the tables of a store have: looked up without opening it as a journal, which would upgrade it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.journal import FILE
from orchestrator.adapters.store.moving.marks import mark_in_file, mark_of, mark_words
from orchestrator.adapters.store.postgresql import shared_engine, shown, url_of
from orchestrator.adapters.store.tables import STEPS, version_of
from orchestrator.adapters.store.upgrade import copies_in
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import StoreFault

MARKED_SINCE = 9
"""The version of the tables since which a store can move."""


@dataclass(frozen=True)
class StoreLook:
    """Where the store is, the version of its tables, the version that this orch has, and what upgrades left beside it.

    `mark`: why it is not in force, in words; empty where it is.
    """

    place: str
    tables: int
    known: int = len(STEPS)
    copies: Sequence[Path] = ()
    mark: str = ""


def look_at_store(home: Path, url: str | None) -> StoreLook:
    """The store of this home, or the one at the URL. Raises StoreFault where it cannot be read."""
    if url is not None:
        with translated(f"The store {shown(url)} cannot be read"):
            engine = shared_engine(url_of(url))
            try:
                with engine.connect() as connection:
                    version = version_of(connection)
                    mark = mark_of(connection) if version >= MARKED_SINCE else None
                    words = "" if mark is None else mark_words(mark, shown(url))
                    return StoreLook(shown(url), version, mark=words)
            finally:
                engine.dispose()
    file = home / FILE
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
            there = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'schema_steps'"
            ).fetchone()
            row = connection.execute("SELECT max(version) FROM schema_steps").fetchone() if there[0] else (0,)
    except sqlite3.Error as fault:
        raise StoreFault(
            f"The store {file} cannot be read ({plain(str(fault), 200)}). Copy its directory, then restore it from a backup."
        ) from fault
    moved = mark_in_file(file)
    words = "" if moved is None else mark_words(moved, str(file))
    return StoreLook(str(file), row[0] or 0, copies=copies_in(home), mark=words)


def upgrade_server(url: str) -> None:
    """Upgrade the tables of a server of which its administrator has a backup. Raises StoreFault."""
    with translated(f"The store {shown(url)} cannot be upgraded"):
        Database.at_url(url, backed_up=True).close()
