"""Media libraries from YAML files: one, or those of the house, the home and a project."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.adapters.files.noun_folder import Shelved, shelved_in
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.library import Library, LibraryKnown
from orchestrator.errors import Fault, PlanFault

Loaded = LoadedFile[Library]


def load_library(path: Path | str) -> Loaded:
    """The media library that a file defines. Raises NotFound, PlanFault with every fault."""
    return noun_of(str(path), bytes_of(str(path), "media library"), Library)


def name_of(library: Library) -> tuple[str, int]:
    """Its name; a library has no version."""
    return library.library, 0


def libraries_in(folders: Iterable[Path]) -> Shelved[Library]:
    """The valid libraries of these folders by name, and every fault of the others."""
    return shelved_in(folders, load_library, name_of)


def known_libraries(project: Path, house: Sequence[Path]) -> tuple[LibraryKnown, ...]:
    """Those of the house and the home, then those that the project adds.

    Raises PlanFault. A project's file for a library of the house is a fault unless both say the same: rules name libraries,
    so a name means one place.
    """
    own = project.absolute() / "libraries"
    sound, faults = libraries_in(house)
    added, wrong = libraries_in([own]) if own not in {place.absolute() for place in house} else ((), ())
    known = {loaded.noun.library.casefold(): loaded for loaded in sound}
    libraries = [LibraryKnown(loaded.noun, loaded.file, house=True) for loaded in sound]
    all_faults = [*faults, *wrong]
    for loaded in added:
        above = known.get(loaded.noun.library.casefold())
        if above is None:
            libraries.append(LibraryKnown(loaded.noun, loaded.file))
        elif above.noun != loaded.noun:
            all_faults.append(_of_the_house(loaded, above))
    if all_faults:
        raise PlanFault(all_faults)
    return tuple(libraries)


def _of_the_house(loaded: Loaded, above: Loaded) -> Fault:
    expected = f"what {above.file} says of {above.noun.library}, or no file"
    move = "remove it here, or give it a name of its own"
    return Fault(loaded.file, loaded.line_of("library"), "library", expected, "another place", move)
