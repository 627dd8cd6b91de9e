"""Deployment models from YAML files: one, or a folder of them."""

from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.domain.deployment_model import DeploymentModel
from orchestrator.domain.loaded_file import LoadedFile
from orchestrator.errors import Fault, NotFound, PlanFault


def load_model(path: Path | str) -> LoadedFile[DeploymentModel]:
    """The deployment model in a file. Raises NotFound, PlanFault with every fault."""
    return model_of(str(path), bytes_of(str(path), "deployment model"))


def model_of(file: str, content: bytes) -> LoadedFile[DeploymentModel]:
    """The deployment model in these bytes. Raises PlanFault with every fault."""
    return noun_of(file, content, DeploymentModel)


def load_models(folder: Path) -> tuple[LoadedFile[DeploymentModel], ...]:
    """Every model in a folder, by name and version. Raises NotFound, PlanFault with every fault of every file."""
    if not folder.is_dir():
        raise NotFound(f"There is no folder of deployment models {folder}; check the path.")
    models: list[LoadedFile[DeploymentModel]] = []
    faults: list[Fault] = []
    for file in sorted(folder.glob("*.yml")):
        try:
            models.append(load_model(file))
        except PlanFault as fault:
            faults += fault.faults
    faults += _twice(models)
    if faults:
        raise PlanFault(faults)
    return tuple(sorted(models, key=lambda model: (model.noun.model, model.noun.version)))


def _twice(models: list[LoadedFile[DeploymentModel]]) -> list[Fault]:
    seen: dict[tuple[str, int], str] = {}
    faults = []
    for one in models:
        name = (one.noun.model, one.noun.version)
        if name in seen:
            found = f"{name[0]} version {name[1]} in {seen[name]} as well"
            move = "raise the version of the newer one"
            line = one.line_of("version")
            faults.append(
                Fault(one.file, line, "version", "one file for each version of a model", found, move)
            )
        seen.setdefault(name, one.file)
    return faults
