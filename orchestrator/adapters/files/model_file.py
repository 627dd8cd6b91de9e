"""Deployment models from YAML files: one, or a folder of them."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.adapters.files.noun_folder import Shelved, files_in, shelved
from orchestrator.domain.deployment_model import DeploymentModel
from orchestrator.domain.loaded_file import LoadedFile
from orchestrator.errors import NotFound, PlanFault


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
    models, faults = models_in([folder])
    if faults:
        raise PlanFault(faults)
    return models


def models_in(folders: Iterable[Path]) -> Shelved[DeploymentModel]:
    """The models of these folders that are sound, by name and version, and every fault of the others."""
    return shelved(files_in(folders), load_model, lambda model: (model.model, model.version))
