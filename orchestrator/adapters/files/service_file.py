"""The settings of the service: `service.yml` of the house, else of the home."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.domain.authority.service_file import ServiceFile
from orchestrator.domain.plan.loaded_file import LoadedFile

SERVICE = "service.yml"


def load_service_file(path: Path | str) -> LoadedFile[ServiceFile]:
    """The settings that a file has. Raises NotFound, PlanFault with every fault."""
    return noun_of(str(path), bytes_of(str(path), "file of the service"), ServiceFile)


def known_service_file(places: Iterable[Path]) -> LoadedFile[ServiceFile] | None:
    """Those of the first of these folders that has the file; None where none has. Raises PlanFault."""
    file = next((place / SERVICE for place in places if (place / SERVICE).exists()), None)
    return None if file is None else load_service_file(file)
