"""Maps of clauses from YAML files: those shipped with orch, and those that a project adds in its folder `clauses`."""

from pathlib import Path

from orchestrator.adapters.files.clauses import shipped
from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.adapters.files.noun_folder import Shelved, contents_of, shelved
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.clause_map import ClauseMap
from orchestrator.errors import Fault, NotFound, PlanFault

FOLDER = "clauses"
USUAL = "iso20000-2018"
"""The map that is meant where none is named."""
Loaded = LoadedFile[ClauseMap]


def load_map(path: Path | str) -> Loaded:
    """The map in a file. Raises NotFound, PlanFault with every fault."""
    return noun_of(str(path), bytes_of(str(path), "map of clauses"), ClauseMap)


def usual_map() -> Loaded:
    """The map that a record shows in short."""
    return load_map(next(path for path in shipped() if path.stem == USUAL))


def name_of(clauses: ClauseMap) -> tuple[str, int]:
    """Its name and its version."""
    return clauses.map, clauses.version


def known_maps(project: Path) -> Shelved[ClauseMap]:
    """The valid maps by name and version, the shipped ones and those of the project, and every fault.

    A project's map with the name of a shipped one is a fault, whatever its version: a name means one reading.
    """
    files, astray = contents_of([project / FOLDER])
    sound, faults = shelved(files, load_map, name_of)
    own = [load_map(path) for path in shipped()]
    names = {loaded.noun.map.casefold(): loaded for loaded in own}
    taken = [_taken(loaded) for loaded in sound if loaded.noun.map.casefold() in names]
    added = [loaded for loaded in sound if loaded.noun.map.casefold() not in names]
    return tuple(sorted([*own, *added], key=lambda loaded: name_of(loaded.noun))), (*astray, *faults, *taken)


def map_named(project: Path, name: str) -> Loaded:
    """The map of this name (`NAME@VERSION`, else the newest), or in this file. Raises NotFound, PlanFault."""
    if "/" in name or name.endswith((".yml", ".yaml")):
        return load_map(name)
    wanted, _, version = name.partition("@")
    sound, faults = known_maps(project)
    fitting = [each for each in sound if each.noun.map == wanted and version in ("", str(each.noun.version))]
    if fitting:
        return fitting[-1]
    if faults:
        raise PlanFault(list(faults))
    raise NotFound(
        f"There is no map of clauses {name}; there are {', '.join(each.noun.named for each in sound)}."
    )


def _taken(loaded: Loaded) -> Fault:
    expected = "a name that no map shipped with orch has"
    move = "give it a name of its own, such as that of your house"
    return Fault(loaded.file, loaded.line_of("map"), "map", expected, loaded.noun.map, move)
