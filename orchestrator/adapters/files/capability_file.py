"""Capability criteria from a YAML file."""

from functools import cache
from pathlib import Path

from orchestrator.adapters.files.criteria import deployment_management
from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria


def load_criteria(path: Path | str) -> LoadedFile[CapabilityCriteria]:
    """The criteria in a file. Raises NotFound, PlanFault with every fault."""
    return noun_of(str(path), bytes_of(str(path), "file of capability criteria"), CapabilityCriteria)


@cache
def shipped_criteria() -> CapabilityCriteria:
    """The criteria of ITIL 4 deployment management that are shipped with orch."""
    return load_criteria(deployment_management()).noun
