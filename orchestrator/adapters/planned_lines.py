"""What a command line is completed with: ids of deployments, and how one was planned, from the journal's file.

Read only, and without SQLAlchemy, which takes longer to import than a person waits for a TAB. Nothing is made, waited for or
locked; a journal on a server is not asked. Whatever is wrong with the file, there is nothing to complete.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

MOST = 500
_NEXT = "SELECT min(deployment) FROM events WHERE deployment > ?"
_PLANNED = "SELECT body FROM events WHERE deployment = ? AND seq = 1"


def deployment_ids(file: Path, beginning: str) -> list[str]:
    """Ids that begin so, the newest first as far as their names tell; at most MOST."""
    with _opened(file) as journal:
        if journal is None:
            return []
        return list(_ids(journal, beginning))[::-1]


def planned_body(file: Path, deployment: str) -> dict[str, Any]:
    """The first event of a deployment as the journal has it; empty if there is none."""
    with _opened(file) as journal:
        try:
            row = journal.execute(_PLANNED, (deployment,)).fetchone() if journal is not None else None
            body = json.loads(row[0]) if row else {}
        except (sqlite3.Error, ValueError, RecursionError):
            return {}
    return body if isinstance(body, dict) else {}


def newest_id(file: Path) -> str | None:
    """The deployment that was planned last."""
    with _opened(file) as journal:
        try:
            row = (
                journal.execute(
                    "SELECT deployment FROM events WHERE seq = 1 ORDER BY at DESC LIMIT 1"
                ).fetchone()
                if journal is not None
                else None
            )
        except sqlite3.Error:
            return None
    return str(row[0]) if row else None


def _ids(journal: sqlite3.Connection, beginning: str) -> Iterator[str]:
    """One jump over the index for each deployment, however many events it has."""
    after = "SELECT min(deployment) FROM events WHERE deployment >= ?"
    last = beginning
    try:
        for _ in range(MOST):
            row = journal.execute(after, (last,)).fetchone()
            if row is None or row[0] is None or not str(row[0]).startswith(beginning):
                return
            last, after = str(row[0]), _NEXT
            yield last
    except sqlite3.Error:
        return


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection | None]:
    if not os.path.isfile(file):  # noqa: PTH113 (no leave to look is no journal)
        yield None
        return
    try:
        journal = sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True, timeout=0.05)
    except (sqlite3.Error, OSError):
        yield None
        return
    with closing(journal):
        yield journal
