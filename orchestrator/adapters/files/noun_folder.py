"""Folders of policies or models: every file is read, and faults in one do not hide another."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.text.model_base import Noun
from orchestrator.errors import Fault, NotFound, PlanFault

N = TypeVar("N", bound=Noun)
Shelved = tuple[tuple[LoadedFile[N], ...], tuple[Fault, ...]]


def files_in(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The YAML files of these folders, in any case of the ending; a missing folder has none, one named twice counts once.

    Raises PlanFault for a folder that cannot be read: what is in it could bind.
    """
    files = [
        file for folder in folders for file in _entries(folder) if file.suffix.lower() in (".yml", ".yaml")
    ]
    by_place = {file.resolve(): file for file in sorted(files, reverse=True)}
    return tuple(sorted(by_place.values()))


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        move = "make it a folder that you can read, or remove it"
        fault = Fault(str(folder), None, "", "a folder that can be read", error.strerror or str(error), move)
        raise PlanFault([fault]) from None


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
        except NotFound as gone:  # a link that leads nowhere
            faults.append(Fault(str(file), None, "", "a file that can be read", str(gone), "correct it"))
    faults += _twice(sound, known_by)
    return tuple(sorted(sound, key=lambda item: known_by(item.noun))), tuple(faults)


def _twice(sound: list[LoadedFile[N]], known_by: Callable[[N], tuple[str, int]]) -> list[Fault]:
    seen: dict[tuple[str, int], LoadedFile[N]] = {}
    faults = []
    for item in sound:
        known = known_by(item.noun)
        first = seen.setdefault(known, item)
        # What has no version may be there twice where both say the same: in the project, and in the house.
        if first is not item and (known[1] or first.noun != item.noun):
            faults.append(_second(item, known, first.file))
    return faults


def _second(item: LoadedFile[N], known: tuple[str, int], first: str) -> Fault:
    name, version = known
    if not version:
        finding, move = f"{name} in {first} as well", "remove one of them"
        return Fault(item.file, 1, "", "one file for each name", finding, move)
    finding = f"{name} version {version} in {first} as well"
    what, move = "one file for each version of a name", "raise the version of the newer one"
    return Fault(item.file, item.line_of("version"), "version", what, finding, move)
