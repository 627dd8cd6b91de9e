"""The map from another tool's message to the fields of an incident."""

from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.domain.rules.incident_map import IncidentMap


def load_incident_map(file: Path) -> IncidentMap:
    """The map in a file. Raises NotFound, PlanFault with every fault."""
    return noun_of(str(file), bytes_of(str(file), "file with a map"), IncidentMap).noun
