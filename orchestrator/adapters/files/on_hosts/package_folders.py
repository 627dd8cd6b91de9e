"""Folders that packages bring and that their removal leaves behind. A part of what_was_here.py."""

# ruff: noqa: UP006, UP035 - run as root on the hosts, also by old Pythons

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Iterable, List, Sequence, Set

from orchestrator.adapters.files.on_hosts.host_state import run

PLACES = ("/", "/etc", "/home", "/opt", "/srv", "/usr", "/usr/local", "/usr/share", "/var")
DPKG_LISTS = Path("/var/lib/dpkg/info")


def folders_here() -> List[str]:
    """The folders of the usual places, two levels deep: one that is not among them came later."""
    first = [inner for place in PLACES for inner in folders_in(Path(place))]
    second = [inner for folder in first for inner in folders_in(folder)]
    return sorted({*map(str, first), *map(str, second)})


def folders_in(folder: Path) -> List[Path]:
    """Real folders only; of one that cannot be looked into, none."""
    try:
        with os.scandir(folder) as entries:
            return [folder / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def folders_of(names: Iterable[str]) -> Set[str]:
    """The paths that packages say are theirs, files among them. `names`: with their architecture, as `NAME:ARCH`."""
    paths: Set[str] = set()
    for name in names:
        if DPKG_LISTS.is_dir():
            for file in (DPKG_LISTS / (name + ".list"), DPKG_LISTS / (name.split(":")[0] + ".list")):
                if file.is_file():
                    paths.update(file.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
        elif shutil.which("rpm"):
            paths.update(run("rpm", "-ql", name, check=False).splitlines())
    return paths


def left_behind(
    brought: Set[str], before: Iterable[str], owned: Set[str], places: Sequence[str] = PLACES
) -> List[str]:
    """Folders of removed packages that were not there before and that no other package has; the outermost ones."""
    known = set(before)
    listed = {*places, *(folder for folder in known if str(Path(folder).parent) in places)}
    left = [
        path
        for path in sorted(brought - owned - known)
        if str(Path(path).parent) in listed and Path(path).is_dir() and not Path(path).is_symlink()
    ]
    return [path for path in left if not any(path.startswith(other + "/") for other in left)]
