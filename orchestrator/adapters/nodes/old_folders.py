"""What a node keeps for a while only: archives of projects, folders of attempts that have ended, and what a kill left."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

KEPT_DAYS = 30.0
"""Days for which a node keeps what nobody has used since: the server forgets calls after as many."""


def remove_left(home: Path, open_attempts: Collection[str]) -> None:
    """Places of questions that a killed node was at; keys and passwords came with them. Of open attempts they stay."""
    for place in _in(home / "work"):
        if place.name not in open_attempts:
            shutil.rmtree(place, ignore_errors=True)
    for draft in (home / "contents").glob(".*"):
        with suppress(OSError):
            draft.unlink()


def remove_old(home: Path, open_attempts: Collection[str], now: float, days: float = KEPT_DAYS) -> None:
    """Archives and attempts that are so old. That an attempt was begun stays noted for ever: it must not begin again.

    `now`: seconds since 1970.
    """
    oldest = now - days * 86400.0
    for archive in (home / "contents").glob("*.tar"):
        with suppress(OSError):
            if archive.stat().st_mtime < oldest:
                archive.unlink()
    for folder in _in(home / "attempts"):
        if folder.name not in open_attempts and not folder.name.startswith(".") and _newest(folder) < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def used_now(archive: Path) -> None:
    """It counts as new again."""
    with suppress(OSError):
        os.utime(archive)


def _in(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    except OSError:
        return []


def _newest(folder: Path) -> float:
    """When anything in it was last written; in the future where that cannot be seen."""
    try:
        return max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
    except OSError:
        return float("inf")
