"""Incidents are written down for the house, and said to have come of a deployment, or not."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.known_incidents import known_incidents
from orchestrator.engine.ports import Ports
from orchestrator.engine.speaking import speak_about, unsigned
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import Refused
from orchestrator.policy.course.incident_mapping import incident_from


def write_down(ports: Ports, incidents: Sequence[Incident], *, source: str, by: str) -> tuple[Incident, ...]:
    """Put on the house's journal what is new or has changed; returns that. Signed where the house trusts keys.

    Raises Refused, Conflict.
    """
    known = known_incidents(ports.journal)
    changed = tuple(each for each in dict.fromkeys(incidents) if known.get(each.id) != each)
    if changed:
        events = [e.IncidentRecorded(incident=each, source=source, by=by) for each in changed]
        append_to_house(
            ports.journal, *(speak_about(ports, event, "incident", HOUSE, None) for event in events)
        )
    return changed


def take_in(ports: Ports, fields: Mapping[str, Any], *, name: str) -> Incident | tuple[str, ...] | None:
    """Put on the house's journal what another tool sent of an incident, with what was known of it. No person says it.

    Returns it; None where all of that was known; or every fault of the fields. Raises Conflict, StoreFault.
    """
    known = known_incidents(ports.journal).get(str(fields.get("id", "")))
    incident = incident_from(fields, known)
    if not isinstance(incident, Incident):
        return incident
    if incident == known:
        return None
    event = e.IncidentRecorded(incident=incident, source=name, by=name)
    append_to_house(ports.journal, unsigned(ports, event))
    return incident


def link(
    ports: Ports, d: Deployment, incident: Incident, *, related: bool, reason: str, by: str
) -> Deployment:
    """Put on the deployment's journal whether the incident came of it. Raises Refused of what touched no host."""
    if not d.touched_hosts:
        raise Refused(f"{d.id} is {d.state.value} and touched no host: nothing came of it.")
    event = e.IncidentLinked(incident=incident, related=related, reason=reason, by=by)
    return signal(ports, d.id, event)
