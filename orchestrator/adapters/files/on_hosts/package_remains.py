"""What packages bring beside their own files, and leave when they are removed. A part of what_was_here.py."""

# ruff: noqa: UP006, UP035, T201 - run as root on the hosts, also by old Pythons

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Iterable, List, Sequence, Set

from orchestrator.adapters.files.on_hosts.host_state import by_dpkg, run
from orchestrator.adapters.files.on_hosts.kept_rpms import paths_of_rpms, scripts_of_rpms

PLACES = ("/", "/etc", "/opt", "/srv", "/usr", "/usr/local", "/usr/share", "/var")
DPKG_LISTS = Path("/var/lib/dpkg/info")
SCRIPTS = ("config", "preinst", "postinst", "prerm", "postrm")
IN_SCRIPTS = re.compile(r"(?<![\w/.])/(?:etc|opt|srv|usr|var)(?:/[A-Za-z0-9_+.@-]+)+")


def entries_here(places: Sequence[str] = PLACES) -> List[str]:
    """What is in the usual places, two levels deep: a path there that is not among them came later."""
    first = [inner for place in places for inner in entries_in(Path(place))]
    second = [inner for folder in first for inner in entries_in(folder)]
    return sorted({*map(str, first), *map(str, second)})


def entries_in(folder: Path) -> List[Path]:
    """Links are not followed; of a file, and of what cannot be looked into, none."""
    try:
        return list(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
    except OSError:
        return []


def paths_of(names: Sequence[str]) -> Set[str]:
    """The paths that packages say are theirs, with the folders above. `names`: of dpkg `NAME:ARCH`, else as rpm calls them."""
    if not by_dpkg():
        return paths_of_rpms(names)
    paths: Set[str] = set()
    for name in names:
        for file in files_about(name, ["list"]):
            paths.update(file.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
    return paths


def paths_in_scripts(names: Sequence[str]) -> Set[str]:
    """The paths that the scripts of packages speak of, with the folders above: those that they may have made."""
    if by_dpkg():
        files = [file for name in names for file in files_about(name, SCRIPTS)]
        texts = [file.read_text(encoding="utf-8", errors="replace") for file in files]
    else:
        texts = [scripts_of_rpms(names)]
    paths = {path for text in texts for path in IN_SCRIPTS.findall(text)}
    return paths | {str(above) for path in paths for above in Path(path).parents}


def files_about(name: str, ends: Sequence[str]) -> List[Path]:
    """What dpkg keeps of a package: NAME.list, or NAME:ARCH.list where several architectures may be there."""
    files = [DPKG_LISTS / f"{each}.{end}" for each in (name, name.split(":", maxsplit=1)[0]) for end in ends]
    return [file for file in files if file.is_file()]


def looked_into(places: Sequence[str] = PLACES) -> List[str]:
    """The folders of which `entries_here` has what is in them: the places, and the folders in them; no links."""
    inner = [str(entry) for place in places for entry in entries_in(Path(place))]
    return sorted(name for name in {*places, *inner} if is_own_folder(name))


def is_own_folder(name: str) -> bool:
    """Whether it is a folder where it says it is: neither a link, nor behind one."""
    return Path(name).is_dir() and os.path.realpath(name) == name


def left_behind(
    brought: Set[str],
    before: Iterable[str],
    owned: Set[str],
    places: Sequence[str] = PLACES,
    looked: Sequence[str] | None = None,
) -> List[str]:
    """Paths of removed packages that were not there before and that no other package has; the outermost ones.

    `looked`: the folders of which it is known what was in them; behind a link nobody looked.
    """
    known = set(before)
    if looked is None:
        looked = [*places, *(folder for folder in known if str(Path(folder).parent) in places)]
    listed = {folder for folder in looked if is_own_folder(folder)}
    left = [
        path
        for path in sorted(brought - owned - known)
        if str(Path(path).parent) in listed and path not in places and os.path.lexists(path)
    ]
    return [path for path in left if not any(path.startswith(other + "/") for other in left)]


def overrides() -> Set[str]:
    """The paths of which dpkg was told another owner or mode."""
    if shutil.which("dpkg-statoverride") is None:
        return set()
    return {line.split(None, 3)[3] for line in run("dpkg-statoverride", "--list", check=False).splitlines()}


def overrides_of(brought: Set[str], came: Iterable[str]) -> Set[str]:
    """Those overrides that are of packages that are gone: of their paths, or of paths that are gone with them."""
    return {path for path in came if path in brought or not os.path.lexists(path)}


def forget_overrides(paths: Iterable[str]) -> None:
    """Those of packages that are gone: dpkg would give them an account that is gone as well."""
    for path in sorted(paths):
        run("dpkg-statoverride", "--quiet", "--remove", path)
        print(f"removed the override of {path}")
