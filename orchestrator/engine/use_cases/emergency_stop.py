"""The emergency stop: everything that runs ends now, and nothing starts until the stop is lifted."""

from pathlib import Path

from orchestrator.domain.authority.word import Verb
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import HOUSE, EmergencyLifted, EmergencyStopped, Event
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.ports import Journal, Ports
from orchestrator.engine.speaking import S, speak_about
from orchestrator.engine.stop_in_force import standing_stop
from orchestrator.errors import Conflict, Refused

RETRIES = 50


def stop_all(ports: Ports, *, by: str, reason: str) -> list[Deployment]:
    """Put the stop in force, then append it to every open deployment. Returns those deployments."""
    stop = _said(ports, EmergencyStopped(by=by, reason=reason), "stop_all")
    append_to_house(ports.journal, stop)
    return _append_to_open(ports, stop, stopped=False)


def lift(ports: Ports, *, by: str, reason: str) -> list[Deployment]:
    """Lift the stop. Returns the stopped deployments, each paused until it is resumed. Raises Refused without a stop.

    The next lift finishes one that died half-way: it reaches all deployments that are still marked as stopped.
    """
    standing = standing_stop(ports.journal)
    lifted = _said(ports, EmergencyLifted(by=by, reason=reason), "lift")
    if standing is not None:
        append_to_house(ports.journal, lifted)
    deployments = _append_to_open(ports, lifted, stopped=True)
    if standing is None and not deployments:
        raise Refused("No emergency stop is in force: there is nothing to lift.")
    return deployments


def _said(ports: Ports, event: S, verb: Verb) -> S:
    """The word about every deployment: signed where the house's keys, or those of a project with an open deployment, ask."""
    projects = (
        Path(folded(ports.journal, brief.id).project) for brief in briefs(ports.journal) if not brief.over
    )
    places = (Path(), *projects)
    place = next((place for place in places if ports.keys.keyring(place).keys), places[0])
    return speak_about(ports, event, verb, HOUSE, place)


def _append_to_open(ports: Ports, event: Event, *, stopped: bool) -> list[Deployment]:
    """Append the event to every open deployment that is stopped, or that is not. Returns those deployments."""
    deployments = []
    for deployment in briefs(ports.journal):
        if not deployment.over and deployment.stopped is stopped:
            _append(ports.journal, deployment.id, event)
            deployments.append(folded(ports.journal, deployment.id))
    return deployments


def _append(journal: Journal, stream: str, event: Event) -> None:
    """Append the event, retrying when others write at the same time."""
    for _ in range(RETRIES):
        last = _last(journal, stream)
        if last is None:
            return
        try:
            journal.append(stream, last, [event])
        except Conflict:
            continue
        return
    raise Conflict(f"{stream}: the journal is written to by others without end; try again.")


def _last(journal: Journal, stream: str) -> int | None:
    """The number of the last event; None if the deployment is over and takes no more events."""
    deployment = folded(journal, stream)
    return None if deployment.over else deployment.seq
