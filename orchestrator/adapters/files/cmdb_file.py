"""The file of CMDBs outside: of the house, else of the home."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.cmdb_file import CmdbFile

CMDB = "cmdb.yml"


def load_cmdb_file(path: Path | str) -> LoadedFile[CmdbFile]:
    """The CMDBs that a file defines. Raises NotFound, PlanFault with every fault."""
    return noun_of(str(path), bytes_of(str(path), "file of CMDBs"), CmdbFile)


def known_cmdb_file(places: Iterable[Path]) -> LoadedFile[CmdbFile] | None:
    """Those of the first of these folders that has the file; None where none has. Raises PlanFault."""
    file = next((place / CMDB for place in places if (place / CMDB).is_file()), None)
    return None if file is None else load_cmdb_file(file)
