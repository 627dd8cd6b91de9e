"""The incidents that the journal of the house knows, the newest word on each."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.journal.events import HOUSE, IncidentRecorded
from orchestrator.engine.ports import Journal, Ports
from orchestrator.errors import NotFound
from orchestrator.policy.course.incidents import proposed


def known_incidents(journal: Journal) -> dict[str, Incident]:
    """By id, in the order in which they were first written down."""
    incidents: dict[str, Incident] = {}
    for record in journal.read(HOUSE):
        if isinstance(record.event, IncidentRecorded):
            incidents[record.event.incident.id] = record.event.incident
    return incidents


def incident_named(journal: Journal, name: str) -> Incident:
    """The incident with this id. Raises NotFound."""
    incident = known_incidents(journal).get(name)
    if incident is None:
        raise NotFound(f"No incident {name} is written down here; orch incident list names them.")
    return incident


def proposed_incidents(ports: Ports, d: Deployment) -> tuple[Incident, ...]:
    """Incidents that may have come of it, and of which nobody has said so or otherwise."""
    return proposed(d, known_incidents(ports.journal).values())
