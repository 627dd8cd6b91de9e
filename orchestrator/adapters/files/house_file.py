"""The file that names the house, and whether only its owner can change the file, the house, and what is in it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from orchestrator.domain.text.model_base import Noun, Text
from orchestrator.errors import Fault, PlanFault

RULES = (
    "keys",
    "policies",
    "environments",
    "models",
    "certificates",
    "trust.past",
    "anchors.yml",
    "channels.yml",
    "cmdb.yml",
)
"""Folders and files of a house that decide what is allowed, where its log is anchored, and how people are told."""
ROOT = 0


class HouseFile(Noun):
    """The content of `/etc/orch/house.yml`: the folder with the keyring, the policies and the environments."""

    house: Text


def house_named_in(file: Path, owner: int = ROOT) -> Path | None:
    """The folder of the house that the file names; None where there is no such file.

    Raises PlanFault where somebody else than `owner` could change the file, the folder, or the rules in it: like sshd's
    StrictModes, every folder on the way counts.
    """
    try:
        file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise PlanFault([_fault(file, "a file that can be read", str(error.strerror))]) from None
    _refuse(tuple(_open_to_others((file,), owner)))
    # Here and not above: most machines have no such file, and YAML takes its time to import.
    from orchestrator.adapters.files.noun_file import bytes_of, noun_of

    loaded = noun_of(str(file), bytes_of(str(file), "file of the house"), HouseFile)
    place = Path(loaded.noun.house)
    if not place.is_absolute() or not place.is_dir():
        finding, move = loaded.noun.house, "name it by its whole path, and make it"
        expected = "the absolute path of a folder that is there"
        raise PlanFault([Fault(str(file), loaded.line_of("house"), "house", expected, finding, move)])
    _refuse(tuple(_open_to_others((place, *_rules_in(place)), owner)))
    return place.resolve()


def _rules_in(place: Path) -> Iterator[Path]:
    """What decides in a house, two levels deep. Raises PlanFault for a folder that cannot be read."""
    try:
        for entry in sorted(place.iterdir()):
            if entry.name in RULES or entry.name.startswith("trust."):
                yield entry
                if entry.is_dir():
                    yield from sorted(entry.iterdir())
    except OSError as error:
        raise PlanFault([_fault(place, "a folder that can be read", str(error.strerror))]) from None


def _open_to_others(paths: tuple[Path, ...], owner: int) -> Iterator[Fault]:
    """A fault for each file or folder on the way that somebody else than its owner could change."""
    seen: set[Path] = set()
    for path in paths:
        for part in (path.resolve(), *path.resolve().parents, path.absolute().parent):
            if part in seen:
                continue
            seen.add(part)
            try:
                status = part.stat()
            except OSError as error:
                yield _fault(part, "a file that can be read", str(error.strerror))
                continue
            if status.st_uid not in {ROOT, owner}:
                yield _fault(part, "one that belongs to root", f"user {status.st_uid}", f"chown root {part}")
            elif status.st_mode & 0o022 and not _is_sticky(status):
                mode = f"mode {stat.S_IMODE(status.st_mode):04o}"
                yield _fault(part, "one that only its owner can change", mode, f"chmod go-w {part}")


def _is_sticky(seen: os.stat_result) -> bool:
    """In such a folder nobody can replace what belongs to somebody else."""
    return stat.S_ISDIR(seen.st_mode) and bool(seen.st_mode & stat.S_ISVTX)


def _fault(path: Path, expected: str, finding: str, command: str = "") -> Fault:
    move = f"run as root: {command}" if command else "correct it as root"
    return Fault(str(path), None, "", expected, finding, move)


def _refuse(faults: tuple[Fault, ...]) -> None:
    if faults:
        raise PlanFault(faults)
