"""The emergency stop: everything that runs ends now, and nothing starts until the stop is lifted."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import HOUSE, EmergencyLifted, EmergencyStopped, Event
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.snapshots import briefs, every, folded, open_ones
from orchestrator.engine.ports import Journal, Ports
from orchestrator.engine.project_folder import folder
from orchestrator.engine.speaking import speak_about
from orchestrator.engine.stop_in_force import standing_stop
from orchestrator.errors import Conflict, Refused

RETRIES = 50


def stop_all(ports: Ports, *, by: str, reason: str) -> list[Deployment]:
    """Put the stop in force, then append it to every open deployment. Returns those deployments."""
    # Safety first: whoever may speak in this folder, or in the project of an open deployment, may stop.
    place = _first_with_keys(ports, chain([Path()], _projects(open_ones(ports.journal))))
    stop = speak_about(ports, EmergencyStopped(by=by, reason=reason), "stop_all", HOUSE, place)
    append_to_house(ports.journal, stop)
    return _append_to_open(ports, stop, stopped=False)


def lift(ports: Ports, *, by: str, reason: str) -> list[Deployment]:
    """Lift the stop. Returns the stopped deployments, each paused until it is resumed. Raises Refused without a stop.

    The next lift finishes one that died half-way: it reaches all deployments that are still marked as stopped.
    """
    standing = standing_stop(ports.journal)
    lifted = _lifted(ports, EmergencyLifted(by=by, reason=reason))
    if standing is not None:
        append_to_house(ports.journal, lifted)
    deployments = _append_to_open(ports, lifted, stopped=True)
    if standing is None and not deployments:
        raise Refused("No emergency stop is in force: there is nothing to lift.")
    return deployments


def _lifted(ports: Ports, event: EmergencyLifted) -> EmergencyLifted:
    """The word, signed where keys are trusted: by one of the house, where it has any, else of a project that deployed here.

    A folder of one's own, in which anybody may trust themselves, counts only where there is neither.
    """
    if not ports.keys.keyring(None).keys:
        known = chain(open_ones(ports.journal), every(ports.journal))
        projects = chain(_projects(known), [Path()])
        return speak_about(ports, event, "lift", HOUSE, _first_with_keys(ports, projects))
    try:
        return speak_about(ports, event, "lift", HOUSE, None)
    except Refused as refusal:
        raise Refused(f"The stop binds every project, so a key of the house lifts it. {refusal}") from None


def _projects(deployments: Iterable[Deployment]) -> Iterator[Path]:
    return (folder(d.project) for d in deployments)


def _first_with_keys(ports: Ports, places: Iterable[Path]) -> Path:
    """The first place in which keys are trusted; where none has any, any of them."""
    without: set[Path] = set()
    for place in places:
        if place not in without and ports.keys.keyring(place).keys:
            return place
        without.add(place)
    return Path()


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
