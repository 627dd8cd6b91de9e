"""Folders of rules, such as policies: every file is read or is a fault, for whoever lists, checks or uses them."""

import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from orchestrator.adapters.ownership import exposure_of
from orchestrator.domain.authority.document_approval import ENDING as APPROVAL
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.names import as_read
from orchestrator.errors import Fault, NotFound, PlanFault

N = TypeVar("N", bound=Noun)
Shelved = tuple[tuple[LoadedFile[N], ...], tuple[Fault, ...]]
ENDINGS = (".yml", ".yaml")
KEEPS_A_FOLDER = ".gitkeep"
"""Git keeps no empty folder; a file of this name and without content is no rule."""


HOLDS_APPROVALS = frozenset({"models", "policies"})
"""In these folders the approval of a file lies beside it."""
HOLDS_INVENTORIES = "environments"
"""Many projects keep the inventory of each environment in a folder below this one; those hold no rules."""


def files_in(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The files of rules in these folders. Raises PlanFault with everything in them that is none: it could bind."""
    files, faults = contents_of(folders)
    if faults:
        raise PlanFault(list(faults))
    return files


def contents_of(folders: Iterable[Path]) -> tuple[tuple[Path, ...], tuple[Fault, ...]]:
    """The files of rules in these folders, and a fault for everything else in them; a missing folder has none.

    A file counts in any case of its ending, and once where two names lead to it.
    """
    files: list[Path] = []
    faults: list[Fault] = []
    for folder in dict.fromkeys(folders):
        faults += _misnamed(folder)
        for entry in _entries(folder, faults):
            if folder.name == HOLDS_INVENTORIES and entry.is_dir():
                continue
            approves = folder.name in HOLDS_APPROVALS and entry.suffix == APPROVAL
            fault = _fault_of_approval(entry) if approves else _fault_of(entry)
            if fault is not None:
                faults.append(fault)
            elif not approves and entry.name != KEEPS_A_FOLDER:
                files.append(entry)
    by_place = {file.resolve(): file for file in sorted(files, reverse=True)}
    return tuple(sorted(by_place.values())), tuple(faults)


def _misnamed(folder: Path) -> list[Fault]:
    """A folder that only its case tells from the one that is read: what is in it would bind nobody, without a word."""
    try:
        beside = [entry for entry in folder.parent.iterdir() if entry.name != folder.name]
    except OSError:  # the folder itself is then missing, or cannot be read, which is a fault of its own
        return []
    others = [entry for entry in beside if entry.name.casefold() == folder.name and not _same(entry, folder)]
    expected, move = f"`{folder.name}` in small letters", f"rename it: mv {{}} {folder}"
    return [Fault(str(entry), None, "", expected, f"`{entry.name}`", move.format(entry)) for entry in others]


def _same(entry: Path, folder: Path) -> bool:
    return folder.exists() and entry.exists() and entry.samefile(folder)


def _entries(folder: Path, faults: list[Fault]) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except FileNotFoundError:
        if folder.is_symlink():
            faults.append(_unreadable(folder, "a link that leads nowhere"))
        return []
    except OSError as error:
        faults.append(_unreadable(folder, error.strerror or str(error)))
        return []
    return entries if _is_guarded(folder, faults) else []


def _unreadable(folder: Path, finding: str) -> Fault:
    move = "make it a folder that you can read, or remove it"
    return Fault(str(folder), None, "", "a folder that can be read", finding, move)


def _is_guarded(folder: Path, faults: list[Fault]) -> bool:
    exposure = exposure_of(folder)
    if exposure is not None:
        expected = "a folder that only you and root can write to"
        faults.append(Fault(str(folder), None, "", expected, exposure.found, exposure.next_move))
    return exposure is None


def _fault_of_approval(entry: Path) -> Fault | None:
    """An approval of nothing could be taken for one of the file that comes in its place."""
    rule = entry.with_suffix("")
    if rule.suffix.lower() in ENDINGS and rule.is_file():
        return None
    expected, finding = f"the file that it approves, {rule.name}", "no such file"
    return Fault(str(entry), None, "", expected, finding, "put that back, or remove the approval")


def _fault_of(entry: Path) -> Fault | None:
    try:
        status = entry.stat()
    except OSError as error:
        finding = "a link that leads nowhere" if entry.is_symlink() else error.strerror or str(error)
        return Fault(str(entry), None, "", "a file that can be read", finding, "correct it, or remove it")
    if not stat.S_ISREG(status.st_mode):
        finding = "a folder" if stat.S_ISDIR(status.st_mode) else "neither file nor folder"
        move = "move its files up into this folder, or take it out" if finding == "a folder" else "remove it"
        return Fault(str(entry), None, "", "a YAML file", finding, move)
    if entry.name == KEEPS_A_FOLDER and status.st_size == 0:
        return None
    if entry.suffix.lower() not in ENDINGS:
        finding = f"the ending `{entry.suffix}`" if entry.suffix else "no ending"
        move = "name it .yml if it is a rule, else take it out of this folder"
        return Fault(str(entry), None, "", "a file that ends in .yml or .yaml", finding, move)
    exposure = exposure_of(entry)
    if exposure is not None:
        expected = "a file that only you and root can write to"
        return Fault(str(entry), None, "", expected, exposure.found, exposure.next_move)
    return None


def shelved(
    files: Iterable[Path], load: Callable[[Path], LoadedFile[N]], known_by: Callable[[N], tuple[str, int]]
) -> Shelved[N]:
    """The valid nouns by name and version (0: without one), and every fault of the rest. Doubles are both kept."""
    sound: list[LoadedFile[N]] = []
    faults: list[Fault] = []
    for file in files:
        try:
            sound.append(load(file))
        except PlanFault as fault:
            faults += fault.faults
        except NotFound as gone:  # removed since the folder was read
            faults.append(Fault(str(file), None, "", "a file that can be read", str(gone), "correct it"))
    faults += _twice(sound, known_by)
    return tuple(sorted(sound, key=lambda item: known_by(item.noun))), tuple(faults)


def shelved_in(
    folders: Iterable[Path], load: Callable[[Path], LoadedFile[N]], known_by: Callable[[N], tuple[str, int]]
) -> Shelved[N]:
    """The valid nouns of these folders, and every fault of the folders and of the files in them."""
    files, astray = contents_of(folders)
    sound, faults = shelved(files, load, known_by)
    return sound, (*astray, *faults)


def _twice(sound: list[LoadedFile[N]], known_by: Callable[[N], tuple[str, int]]) -> list[Fault]:
    seen: dict[tuple[str, int], LoadedFile[N]] = {}
    faults = []
    for item in sound:
        name, version = known_by(item.noun)
        known = as_read(name), version
        first = seen.setdefault(known, item)
        # What has no version may be there twice where both say the same: in the project, and in the house.
        if first is not item and (version or first.noun != item.noun):
            faults.append(_second(item, (name, version), first.file))
    return faults


def _second(item: LoadedFile[N], known: tuple[str, int], first: str) -> Fault:
    name, version = known
    if not version:
        finding, move = f"{name} in {first} as well", "remove one of them"
        return Fault(item.file, 1, "", "one file for each name", finding, move)
    finding = f"{name} version {version} in {first} as well"
    what, move = "one file for each version of a name", "raise the version of the newer one"
    return Fault(item.file, item.line_of("version"), "version", what, finding, move)
