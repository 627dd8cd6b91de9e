"""The files that one deployment left in a home, beside its journal."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestrator.adapters.store.private import sync_directory
from orchestrator.adapters.store.traces import ATTEMPTS, CLAIMS, VISITS

BY_DIGEST = ("baselines", "attachments")
LOGS = "driven"


def remove_files(home: Path, deployment: str, digests: Iterable[str]) -> None:
    """Remove baselines and attached files with these digests, and what bears its name; durable. Raises OSError."""
    changed: set[Path] = set()
    for path in _places(home, deployment, digests):
        if os.path.lexists(path):
            _remove(path)
            changed.add(path.parent)
    for folder in changed:
        sync_directory(folder)


def _places(home: Path, deployment: str, digests: Iterable[str]) -> Iterator[Path]:
    for digest in digests:
        yield from (home / store / digest[:2] / digest[2:] for store in BY_DIGEST)
    for folder in (*ATTEMPTS, *VISITS):
        yield from (path for path in _in(home / folder) if path.name.rpartition(".")[0] == deployment)
    yield home / LOGS / f"{deployment}.log"
    yield home / CLAIMS / deployment


def _in(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove(path: Path) -> None:
    """A run may have left folders in which its own user cannot write; nothing is removed behind a link."""
    if path.is_symlink() or not path.is_dir():
        path.unlink()
        return
    for folder, _, _ in os.walk(path):
        Path(folder).chmod(0o700)
    shutil.rmtree(path)
