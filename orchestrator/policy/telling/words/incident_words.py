"""Incidents in words."""

from orchestrator.domain.evidence.incident import Incident


def incident_words(incident: Incident) -> str:
    """Such as `INC-7 (the till hangs), opened 2026-03-02 23:10 UTC, severity 2, open: nobody could pay`."""
    severity = f", severity {incident.severity}" if incident.severity is not None else ""
    state = f"closed {incident.closed:%Y-%m-%d %H:%M} UTC" if incident.closed is not None else "open"
    impact = f": {incident.impact}" if incident.impact else ""
    return f"{incident.id} ({incident.title}), opened {incident.opened:%Y-%m-%d %H:%M} UTC{severity}, {state}{impact}"
