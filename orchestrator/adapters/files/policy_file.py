"""Release policies from YAML files."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.adapters.files.noun_folder import Shelved, files_in, shelved
from orchestrator.domain.loaded_file import LoadedFile
from orchestrator.domain.release_policy import ReleasePolicy
from orchestrator.errors import PlanFault
from orchestrator.policy.policy_objections import objections_to


def load_policy(path: Path | str) -> LoadedFile[ReleasePolicy]:
    """The release policy in a file. Raises NotFound, and PlanFault with every fault: form first, then what it means."""
    return policy_of(str(path), bytes_of(str(path), "release policy"))


def policy_of(file: str, content: bytes) -> LoadedFile[ReleasePolicy]:
    """The release policy in these bytes. Raises PlanFault with every fault."""
    loaded = noun_of(file, content, ReleasePolicy)
    faults = [loaded.fault(objection) for objection in objections_to(loaded.noun)]
    if faults:
        raise PlanFault(sorted(faults, key=lambda fault: (fault.line or 0, fault.path)))
    return loaded


def policies_in(folders: Iterable[Path]) -> Shelved[ReleasePolicy]:
    """The policies of these folders that are sound, by name and version, and every fault of the others."""
    return shelved(files_in(folders), load_policy, lambda policy: (policy.policy, policy.version))
