"""Deployment models from YAML files: one, or a folder of them."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.adapters.files.noun_folder import Shelved, shelved_in
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.document_control import DocumentFile


def load_model(path: Path | str) -> LoadedFile[DeploymentModel]:
    """The deployment model in a file. Raises NotFound, PlanFault with every fault."""
    return model_of(str(path), bytes_of(str(path), "deployment model"))


def model_of(file: str, content: bytes) -> LoadedFile[DeploymentModel]:
    """The deployment model in these bytes. Raises PlanFault with every fault."""
    return noun_of(file, content, DeploymentModel)


def models_in(folders: Iterable[Path]) -> Shelved[DeploymentModel]:
    """The valid models of these folders, by name and version, and every fault of the others."""
    return shelved_in(folders, load_model, lambda model: (model.model, model.version))


def model_document(item: LoadedFile[DeploymentModel]) -> DocumentFile:
    """A model as a document."""
    noun = item.noun
    return DocumentFile.of_valid(
        what="model",
        name=noun.model,
        version=noun.version,
        file=item.file,
        sha256=item.sha256,
        control=noun.document,
    )
