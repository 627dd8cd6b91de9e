"""The journal of the house over the API: what concerns every deployment, and the words that people put there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from orchestrator.bootstrap.handed_in_voice import HandedInVoice
from orchestrator.domain.authority.access import Place, Right
from orchestrator.domain.cmdb.facts import CiKind, CmdbUpdate
from orchestrator.domain.journal.events import (
    HOUSE,
    DriftAccepted,
    EmergencyLifted,
    EmergencyStopped,
    IncidentRecorded,
    PeopleChanged,
)
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.engine.use_cases import accept_drift, emergency_stop, incidents
from orchestrator.errors import NotFound
from orchestrator.policy.evidence.audit_history import history_of
from orchestrator.web.api.answering import answered
from orchestrator.web.api.deployments import EventsWanted
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import Answered, EventList
from orchestrator.web.api.once import once
from orchestrator.web.api.pages_of_lists import Paged, page_of
from orchestrator.web.api.reading import Given, body_of, query_of
from orchestrator.web.api.who_says import refuse_name, refuse_without
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by, sees_everything
from orchestrator.web.voices import speaker_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.engine.ports import Ports
    from orchestrator.web.request_context import Asked

OfHouse = IncidentRecorded | DriftAccepted | EmergencyStopped | EmergencyLifted
RIGHTS: Mapping[type[object], tuple[Right, ...]] = {
    IncidentRecorded: ("review",),
    DriftAccepted: ("review", "steer"),
    EmergencyStopped: ("steer",),
    EmergencyLifted: ("steer",),
}
"""Of which rights each word asks for one; they have to be for every service and environment."""


class WordOfHouse(Given):
    """An event as the journal of the house has it, with `spoken.signed` where keys are trusted. The service says who spoke."""

    event: Annotated[OfHouse, Field(discriminator="kind")]


class SaidOfHouse(Answered):
    """A word is on the journal of the house, whose newest event has this number."""

    seq: int


class LockList(Answered):
    """Machines that deployments hold, the oldest first."""

    items: list[HostLock]


class UpdatesWanted(Paged):
    """Only of items of this kind."""

    kind: CiKind | None = None


class UpdateList(Answered):
    """A page of what deployments proved of configuration items; `next` is the `after` of the next page."""

    items: list[CmdbUpdate]
    next: str | None


def _events(asked: Asked) -> Response:
    refuse_partial(asked)
    wanted = query_of(asked, EventsWanted)
    records = [
        record
        for record in asked.ports.journal.read(HOUSE, after=wanted.after)
        if asked.may("see_people") or not isinstance(record.event, PeopleChanged)
    ]
    part = records[: wanted.limit]
    following = part[-1].seq if len(records) > len(part) else None
    return answered(asked, EventList(items=part, next=following))


@once
def _word(asked: Asked) -> Response:
    event = body_of(asked, WordOfHouse).event
    refuse_partial(asked)
    signed = event.spoken.signed if event.spoken is not None else None
    keyring = asked.ports.keys.keyring(_project(asked, event))
    key = signed.word.key if signed is not None else None
    # The right has to be for every service and environment: a role for some of them is not for the house.
    refuse_without(asked, RIGHTS[type(event)], key, keyring, Place())
    if signed is not None:
        refuse_name(asked, signed.word.person)
    ports = asked.service.speaking(HandedInVoice(speaker_of(asked), signed, asked.ports.clock.now))
    _say(ports, event, signed.word.person if signed is not None else asked.person)
    return answered(asked, SaidOfHouse(seq=len(asked.ports.journal.read(HOUSE))), status=201)


def _say(ports: Ports, event: OfHouse, by: str) -> None:
    """By the same use cases as the commands, so that what is said is judged as theirs is."""
    match event:
        case IncidentRecorded():
            incidents.write_down(ports, [event.incident], source=event.source, by=by)
        case DriftAccepted():
            item = f"{event.item_kind} {event.item_name}"
            accept_drift.accept(ports, event.host, [item], by=by, reason=event.reason)
        case EmergencyStopped():
            emergency_stop.stop_all(ports, by=by, reason=event.reason)
        case EmergencyLifted():
            emergency_stop.lift(ports, by=by, reason=event.reason)


def _project(asked: Asked, event: OfHouse) -> Path | None:
    """Whose keys count: those of the project that deployed there, where an audit's finding is accepted; else the house's."""
    if not isinstance(event, DriftAccepted):
        return None
    try:
        history = history_of(asked.ports.journal.read(HOUSE))
        return accept_drift.project_of(asked.ports, history, event)
    except NotFound:
        return None


def _locks(asked: Asked) -> Response:
    mine = {brief.id for brief in seen_by(asked, survey(asked.ports.journal).briefs)}
    held = [lock for lock in asked.ports.locks.held() if lock.deployment in mine]
    return answered(asked, LockList(items=held))


def _updates(asked: Asked) -> Response:
    refuse_partial(asked)
    wanted = query_of(asked, UpdatesWanted)
    updates = asked.ports.cmdb.updates(kind=wanted.kind)
    part, following = page_of(updates, wanted, lambda update: f"{update.deployment} {update.seq}")
    return answered(asked, UpdateList(items=part, next=following))


def refuse_partial(asked: Asked) -> None:
    """What concerns the whole house is for those who see all of it. Raises Problem."""
    if not sees_everything(asked):
        words = "This is of all services and environments, and your roles are for some of them."
        raise Problem(403, "refused", words)


ROUTES = (
    Route(
        "GET",
        "/api/v1/house/events",
        "see",
        _events,
        described=Described(
            "Read the journal of the house; what is about people is shown to those who may see them",
            EventList,
            query=EventsWanted,
            tagged=True,
        ),
    ),
    Route(
        "POST",
        "/api/v1/house/words",
        "see",
        _word,
        described=Described(
            "Say a word that concerns every deployment, signed where keys are trusted",
            SaidOfHouse,
            WordOfHouse,
            status=201,
            once=True,
            problems=(404,),
        ),
    ),
    Route(
        "GET",
        "/api/v1/locks",
        "see",
        _locks,
        described=Described("List the machines that deployments hold", LockList, tagged=True),
    ),
    Route(
        "GET",
        "/api/v1/cmdb/updates",
        "see",
        _updates,
        described=Described(
            "List what deployments proved of configuration items",
            UpdateList,
            query=UpdatesWanted,
            tagged=True,
        ),
    ),
)
