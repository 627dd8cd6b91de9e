"""Directories and files that only their owner can read and that survive a power cut."""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orchestrator.adapters.ownership import exposure_of
from orchestrator.errors import StoreFault

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
_WRITABLE_BY_OTHERS = 0o022
SYNCS_AT_ONCE = 8
"""Parallel syncs, so that one disk flush serves several of them."""

Sync = Callable[[Path], None]


def private_directory(path: Path) -> Path:
    """The directory, created with mode 0700 if missing. Raises StoreFault if others may write to it, or OSError.

    An existing directory keeps its mode, because it may hold more than orch's store.
    """
    for parent in _made(path):
        sync_directory(parent)
    exposure = exposure_of(path)
    if exposure is not None:
        raise StoreFault(
            f"{path} holds orch's records, and is not safe there: {exposure.found}. Do this: {exposure.next_move} "
            "(ORCH_HOME=/var/lib/orch, or home in orch.toml, names another place)."
        )
    return path


def _made(path: Path) -> list[Path]:
    """Create the directory. Returns the parents whose new names are not durable yet."""
    missing = [place for place in (path, *path.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
    mode = path.stat().st_mode
    if mode & _WRITABLE_BY_OTHERS:
        raise StoreFault(
            f"{path} holds orch's records and others may write to it (mode {mode & 0o7777:04o}). "
            f"Take that from them (chmod go-w {path}) or name another directory."
        )
    return [place.parent for place in reversed(missing)]


def new_file(path: Path) -> None:
    """Create an empty file with mode 0600; an existing file is not even opened. Raises OSError."""
    try:
        # Never open an existing file: closing any descriptor of a SQLite file drops this process's locks on it.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    except FileExistsError:
        return
    os.close(descriptor)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable. Raises OSError."""
    _sync(path, os.O_DIRECTORY)


def sync_path(path: Path) -> None:
    """Make a file's content, or a directory's names, durable. Raises OSError."""
    _sync(path, 0)


def _sync(path: Path, kind: int) -> None:
    descriptor = os.open(path, os.O_RDONLY | kind | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(files: Mapping[Path, bytes], sync: Sync = sync_path) -> None:
    """Write files atomically, durable on return; no file gets its name before all contents are on the disk. Raises OSError.

    Two sequential syncs per file would take most of the time on a slow disk. So new directories are synced last too, and
    each parent directory once.
    """
    parts: dict[Path, Path] = {}
    named: dict[Path, None] = {}
    try:
        for path, content in files.items():
            # Sync an existing directory's name too: the process that made it may have failed before the name was durable.
            named |= dict.fromkeys([*_made(path.parent), path.parent.parent])
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
            parts[path] = Path(name)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        _sync_each(parts.values(), sync)
        for path, part in parts.items():
            part.replace(path)
        _sync_each(named | dict.fromkeys(path.parent for path in parts), sync)
    except BaseException:
        for part in parts.values():
            part.unlink(missing_ok=True)
        raise


def _sync_each(paths: Iterable[Path], sync: Sync) -> None:
    with ThreadPoolExecutor(SYNCS_AT_ONCE) as pool:
        for _ in pool.map(sync, paths):
            pass
