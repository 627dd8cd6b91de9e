"""Keeps this process from opening the files of its own store past SQLite: to close such a file drops SQLite's locks.

POSIX locks belong to a process, and closing any descriptor of a file drops them all (fcntl(2); SQLite, "How To Corrupt", 2.2).
Another process then takes itself for the last one and removes the log, and what either writes after that is lost.
"""

import os
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Engine, event

_ENDINGS = ("", "-wal", "-shm", "-journal")
_OPEN: Counter[str] = Counter()
"""Connections of this process, by the real path of the database."""
_NAMES: set[str] = set()
_COUNTING = Lock()


def guard(engine: Engine, file: Path) -> None:
    """While the engine has connections, Python opens neither the database nor its log: whoever tries gets PermissionError."""
    _hook()
    place = os.path.realpath(file)
    _NAMES.update(os.path.basename(place) + ending for ending in _ENDINGS)  # noqa: PTH119 - as in the hook

    def count(change: int) -> None:
        with _COUNTING:
            _OPEN[place] += change

    event.listen(engine, "connect", lambda *_: count(1))
    event.listen(engine, "close", lambda *_: count(-1))


@cache
def _hook() -> None:
    sys.addaudithook(_refuse)


def _refuse(audited: str, arguments: Any) -> None:
    # It is called for each event of the process: names are compared first.
    if audited != "open":
        return
    path, _, flags = arguments
    if not isinstance(path, str | bytes) or (flags & os.O_EXCL and flags & os.O_CREAT):
        return
    text = os.fsdecode(path)
    if text.rpartition("/")[2] in _NAMES:
        place = os.path.realpath(text)
        if any(_OPEN[place.removesuffix(ending)] > 0 for ending in _ENDINGS if place.endswith(ending)):
            raise PermissionError(
                f"{text} is of the store that this process has open: only SQLite may open it"
            )
