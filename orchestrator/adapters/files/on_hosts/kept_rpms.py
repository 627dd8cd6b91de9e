"""Packages of rpm, and what it leaves of their configuration. A part of what_was_here.py, with which it becomes one program."""

# ruff: noqa: T201, UP006, UP035 - run as root on the hosts, also by old Pythons

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Sequence, Set

from orchestrator.adapters.files.on_hosts.host_state import ended, run

KEYS = "gpg-pubkey."
"""Keys that packages are signed with: rpm keeps them as packages without an architecture, and no source has them."""
CONFIGURATION = Path("/etc")
SAVED_ENDINGS = (".rpmsave", ".rpmnew", ".rpmorig")
ASIDE = ".orch-aside"


def rpms() -> Dict[str, str]:
    """The versions of each package as NAME.ARCH; several of them where several are installed side by side, as kernels are.

    Raises SystemExit where an entry of the database cannot be read: rpm leaves it out then.
    """
    asked = ["rpm", "-qa", "--qf", "%{NAME}.%{ARCH}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n"]
    done = ended(asked)
    complaints = [
        line for line in done.stderr.decode("utf-8", "replace").splitlines() if line[:6] == "error:"
    ]
    rows = [line.split("\t") for line in done.stdout.decode("utf-8", "surrogateescape").splitlines()]
    if done.returncode or complaints or not rows or any(len(row) != 2 for row in rows):
        raise SystemExit(f"rpm cannot read all of its packages: {' '.join(complaints) or len(rows)}")
    versions: Dict[str, List[str]] = {}
    for name, version in rows:
        versions.setdefault(name, []).append(version[2:] if version.startswith("0:") else version)
    return {name: " ".join(sorted(several)) for name, several in versions.items()}


def as_rpm_names(name: str, versions: str) -> List[str]:
    """What rpm calls each of these versions, without the epoch: NAME-VERSION-RELEASE.ARCH; a key has no architecture."""
    bare, _, kind = name.rpartition(".")
    end = "" if name.startswith(KEYS) else f".{kind}"
    return [f"{bare}-{version.rpartition(':')[2]}{end}" for version in versions.split()]


def remove_rpms(names: Sequence[str]) -> None:
    """Erase these, by what rpm calls them. Nothing else goes along, and what rpm saves of their configuration is not left.

    Raises SystemExit before anything is gone where others need them.
    """
    # It says what needs them, and fails; the installer would take that along.
    run("rpm", "--erase", "--test", *names)
    # rpm would write over what it saved when an earlier one of these packages went.
    saved = [path + SAVED_ENDINGS[0] for path in configuration_of(names)]
    for path in filter(os.path.lexists, saved):
        Path(path).rename(path + ASIDE)
    try:
        erase(names)
    finally:
        for path in saved:
            if os.path.lexists(path + ASIDE):
                Path(path + ASIDE).replace(path)


def erase(names: Sequence[str]) -> None:
    """By the system's installer, which remembers what it removed; keys it does not know."""
    keys = [name for name in names if name.startswith("gpg-pubkey-")]
    others = [name for name in names if name not in keys]
    tool = installer()
    if others and tool:
        run(tool, "--assumeyes", "--setopt=clean_requirements_on_remove=0", "remove", *others)
    here = [name for name in names if has_rpm(name)]
    if here:
        run("rpm", "--erase", *here)


def install_rpm(name: str, versions: str) -> bool:
    """Whether these versions are here again. What the installer says of its success is not asked."""
    bare, _, kind = name.rpartition(".")
    tool = installer()
    for version, known_as in zip(versions.split(), as_rpm_names(name, versions)):  # noqa: B905 - old Pythons
        if has_rpm(known_as):
            continue
        for act in ("install", "downgrade"):
            if tool and not has_rpm(known_as):
                ended([tool, "--assumeyes", act, f"{bare}-{version}.{kind}"])
        if not has_rpm(known_as):
            return False
        print(f"restored {name} {version}")
    return True


def has_rpm(known_as: str) -> bool:
    """Whether exactly this is installed."""
    return ended(["rpm", "--query", "--quiet", known_as]).returncode == 0


def installer() -> str | None:
    """The program that fetches packages; None where a system has another."""
    return shutil.which("dnf") or shutil.which("yum")


def remove_newer(before: Dict[str, str], known: Dict[str, str]) -> None:
    """Versions that came beside those of before, as another kernel does."""
    here = rpms()
    for name in sorted({*before} & {*here} & {*known}):
        came = ({*known[name].split()} & {*here[name].split()}) - {*before[name].split()}
        if came and len(here[name].split()) > len(came):
            remove_rpms(as_rpm_names(name, " ".join(sorted(came))))
            print(f"removed {name} {' '.join(sorted(came))}")


def paths_of_rpms(names: Sequence[str] | None) -> Set[str]:
    """The paths that packages say are theirs, of all packages where None is given.

    With the folders above, which need be no package's.
    """
    paths = {*lines_with_paths(["-qal"] if names is None else ["-ql", *names])}
    folders = {path.rpartition("/")[0] for path in paths}
    while folders:
        paths |= folders
        folders = {folder.rpartition("/")[0] for folder in folders} - paths
    return paths


def configuration_of(names: Sequence[str]) -> List[str]:
    """Their files of configuration below /etc."""
    paths = lines_with_paths(["-qc", *names]) if names else []
    return sorted(path for path in paths if path.startswith(f"{CONFIGURATION}/"))


def scripts_of_rpms(names: Sequence[str]) -> str:
    """The text of the scripts that run when they come and go."""
    return run("rpm", "-q", "--scripts", *names, check=False)


def lines_with_paths(asked: Sequence[str]) -> Iterator[str]:
    """Of what rpm answers; it has sentences too, as of a package without files."""
    return (line for line in run("rpm", *asked, check=False).splitlines() if line.startswith("/"))


def saved_files() -> List[str]:
    """What rpm saved or did not install of configuration, for a person to look at."""
    saved: List[str] = []
    for folder, _, names in os.walk(str(CONFIGURATION)):
        saved += [f"{folder}/{name}" for name in names if name.endswith(SAVED_ENDINGS)]
    return sorted(saved)


def put_back_saved(configuration: Iterable[str], before: Iterable[str] | None, after: Iterable[str]) -> None:
    """What the deployment had rpm save is in force again where its file is; what else came of this kind goes.

    `configuration`: the files beside which something may have come. `before`: what was saved before the deployment; None where
    nobody looked. `after`: what was saved when it was over.
    """
    if before is None:
        return
    for config in sorted({*configuration}):
        for path in (config + ending for ending in SAVED_ENDINGS):
            if path in before or not os.path.lexists(path):
                continue
            if path in after and path.endswith(SAVED_ENDINGS[0]) and os.path.lexists(config):
                Path(path).replace(config)
                print(f"restored {config} from what rpm saved of it")
            else:
                Path(path).unlink()
                print(f"removed {path}")
