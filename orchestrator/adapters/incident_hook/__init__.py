"""Takes messages about incidents from other tools: signed, bounded, each once."""

from orchestrator.adapters.incident_hook.gatekeeper import Gatekeeper
from orchestrator.adapters.incident_hook.listener import IncidentListener
from orchestrator.adapters.incident_hook.secrets_file import secrets_of

__all__ = ["Gatekeeper", "IncidentListener", "secrets_of"]
