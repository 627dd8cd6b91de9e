"""Environments from YAML files: one, or those of the house and of a project."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.adapters.files.noun_folder import Shelved, files_in, shelved
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.environment import Environment, EnvironmentFile
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.planning.environment_objections import objections_to

Loaded = LoadedFile[Environment]


def load_environment(path: Path | str) -> Loaded:
    """The environment in a file. Raises NotFound, PlanFault with every fault."""
    return environment_of(str(path), bytes_of(str(path), "environment"))


def environment_of(file: str, content: bytes) -> Loaded:
    """The environment in these bytes. Raises PlanFault with every fault."""
    try:
        loaded = noun_of(file, content, Environment)
    except PlanFault:
        if _is_something_else(file, content):
            raise PlanFault([_elsewhere(file)]) from None
        raise
    faults = [loaded.fault(objection) for objection in objections_to(loaded.noun)]
    if faults:
        raise PlanFault(faults)
    return loaded


def name_of(environment: Environment) -> tuple[str, int]:
    """Its name; an environment has no version."""
    return environment.environment, 0


def environments_in(folders: Iterable[Path]) -> Shelved[Environment]:
    """The valid environments of these folders by name, and every fault of the others."""
    return shelved(files_in(folders), load_environment, name_of)


def known_environments(project: Path, house: Sequence[Path]) -> tuple[EnvironmentFile, ...]:
    """Those of the house, then those that the project adds. Raises PlanFault: an unreadable one could be the one that binds.

    A project's file for an environment of the house is a fault unless both say the same.
    """
    files: list[EnvironmentFile] = []
    faults: list[Fault] = []
    by_house: dict[str, Loaded] = {}
    sound, wrong = environments_in(house)
    faults += wrong
    for loaded in sound:
        by_house[loaded.noun.environment.casefold()] = loaded
        files.append(EnvironmentFile(loaded.noun, loaded.file, house=True))
    own = set(files_in(house))
    sound, wrong = shelved(
        (file for file in files_in([project / "environments"]) if file not in own),
        load_environment,
        name_of,
    )
    faults += wrong
    for loaded in sound:
        above = by_house.get(loaded.noun.environment.casefold())
        if above is None:
            files.append(EnvironmentFile(loaded.noun, loaded.file))
        elif above.noun != loaded.noun:
            faults.append(_of_the_house(loaded, above))
    if faults:
        raise PlanFault(faults)
    return tuple(files)


def _of_the_house(loaded: Loaded, above: Loaded) -> Fault:
    expected = f"what {above.file} of the house says of {above.noun.environment}, or no file"
    move = "remove it here; whoever keeps the house changes it there"
    return Fault(loaded.file, loaded.line_of("environment"), "environment", expected, "something else", move)


def _is_something_else(file: str, content: bytes) -> bool:
    """Whether nothing in it is of an environment, as in an inventory that a project keeps in a folder of this name."""
    tree = read_yaml(file, content).tree
    return isinstance(tree, dict) and not {"orch", "environment", "class", "title"} & set(tree)


def _elsewhere(file: str) -> Fault:
    expected, finding = "an environment (every YAML file in environments/ is one)", "a file of something else"
    move = "move it, such as into inventories/ or into a folder below environments/"
    return Fault(file, 1, "", expected, finding, move)
