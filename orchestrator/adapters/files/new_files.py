"""Writes several new files into a folder that belongs to somebody else: all of them or none, and never over anything.

Each file is first written whole into `.orch-init`, with the list of all; then each is linked into its place, which fails where
something stands; the last one makes the set complete. Whoever is killed meanwhile leaves `.orch-init`: the next call takes away
what that one had linked (the same file by its inode, so nothing that anybody else wrote or changed) before it begins.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from orchestrator.errors import Conflict, StoreFault

STAGING = ".orch-init"
_COMPLETE = "complete"


def standing(project: Path, names: Iterable[str]) -> list[str]:
    """Those of the files that stand already; what an interrupted call left does not count."""
    left = _left_by_interrupted(project)
    return [name for name in names if os.path.lexists(project / name) and name not in left]


def write_new(project: Path, files: Mapping[str, str | bytes]) -> None:
    """Write all of them, the last one last. Raises Conflict if something stands in the way, StoreFault if the disk refuses."""
    for name in files:
        if not (project / name).parent.resolve().is_relative_to(project.resolve()):
            raise Conflict(f"{name} leads out of {project} by a link: nothing was written.")
    take_back_interrupted(project)
    staging = project / STAGING
    made: list[Path] = []
    try:
        staging.mkdir(mode=0o700)
        for number, text in enumerate(files.values()):
            _write(staging / str(number), text)
        _write(staging / "list", "\n".join(files))
        for number, name in enumerate(files):
            made += _folders_for(project / name)
            os.link(staging / str(number), project / name)
            _sync(project / name)
        _write(staging / _COMPLETE, "")
        shutil.rmtree(staging)
    except FileExistsError as error:
        take_back_interrupted(project)
        _remove_empty(made)
        raise Conflict(
            f"{error.filename2 or error.filename} stands already, and is not written over: nothing was written."
        ) from None
    except OSError as error:
        take_back_interrupted(project)
        _remove_empty(made)
        raise StoreFault(f"The files could not be written: {error.strerror}; nothing was written.") from None


def take_back_interrupted(project: Path) -> list[str]:
    """What an interrupted call had linked is taken away again; its names."""
    staging = project / STAGING
    left = _left_by_interrupted(project)
    for name in left:
        (project / name).unlink(missing_ok=True)
        _remove_empty([(project / name).parent])
    if staging.is_dir() and not staging.is_symlink():
        foreign = [path.name for path in staging.iterdir() if not _is_own(path.name)]
        if foreign:
            raise Conflict(f"{staging} holds {foreign[0]}, which orch did not write: move it away.")
        shutil.rmtree(staging)
    return left


def _is_own(name: str) -> bool:
    return name.isdigit() or name in ("list", _COMPLETE)


def _left_by_interrupted(project: Path) -> list[str]:
    staging = project / STAGING
    if not (staging / "list").is_file() or (staging / _COMPLETE).exists():
        return []
    names = (staging / "list").read_text(encoding="utf-8").split("\n")
    return [name for number, name in enumerate(names) if _same_file(staging / str(number), project / name)]


def _same_file(staged: Path, placed: Path) -> bool:
    try:
        first, second = staged.lstat(), placed.lstat()
    except OSError:
        return False
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def _write(path: Path, text: str | bytes) -> None:
    with path.open("xb") as file:
        file.write(text.encode("utf-8") if isinstance(text, str) else text)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o644)


def _folders_for(path: Path) -> list[Path]:
    missing = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and folder.name != STAGING and not any(folder.iterdir()):
            folder.rmdir()


def _sync(path: Path) -> None:
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
