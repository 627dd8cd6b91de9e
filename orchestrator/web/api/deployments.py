"""Deployments over the API: the list, how each stands, its journal and its record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from starlette.responses import Response

from orchestrator.domain.text.names import same_name
from orchestrator.engine.lookup.result_line import ResultLine, result_of
from orchestrator.engine.lookup.seal_check import broken_seal
from orchestrator.engine.lookup.seals_line import seals_line
from orchestrator.engine.lookup.signature_check import signatures_of
from orchestrator.engine.lookup.snapshots import folded, survey
from orchestrator.engine.lookup.spoken_events import spoken_events
from orchestrator.engine.use_cases.record_secrets import RecordGuard
from orchestrator.web.api.answering import answered
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import (
    DeploymentList,
    EventList,
    SealFound,
    Verification,
    line_of,
)
from orchestrator.web.api.pages_of_lists import Paged, page_of
from orchestrator.web.api.reading import Given, query_of
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by

if TYPE_CHECKING:
    from orchestrator.domain.fold.brief import Brief
    from orchestrator.web.request_context import Asked

BASE = "/api/v1/deployments"
Word = Annotated[str, Field(max_length=200)]


class Wanted(Paged):
    """Which deployments: of a service, in an environment, in a state, and those that are over or not."""

    service: Word | None = None
    environment: Word | None = None
    state: Word | None = None
    over: bool | None = None


class EventsWanted(Given):
    """`after`: the number of the last event that the caller has."""

    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


def _list(asked: Asked) -> Response:
    wanted = query_of(asked, Wanted)
    known = survey(asked.ports.journal)
    meant = [brief for brief in seen_by(asked, known.briefs) if _is_meant(brief, wanted)]
    part, following = page_of(meant, wanted, lambda brief: brief.id)
    unreadable = dict(known.unreadable) if asked.may("administer") else {}
    made = DeploymentList(items=[line_of(brief) for brief in part], next=following, unreadable=unreadable)
    return answered(asked, made)


def _is_meant(brief: Brief, wanted: Wanted) -> bool:
    pairs = (
        (wanted.service, brief.service or brief.release),
        (wanted.environment, brief.environment),
        (wanted.state, brief.state.value),
    )
    if any(want is not None and not same_name(want, there) for want, there in pairs):
        return False
    return wanted.over is None or wanted.over == brief.over


def name_of(asked: Asked) -> str:
    """The deployment that the path names; the gate has found it."""
    return str(asked.request.path_params["deployment"])


def _one(asked: Asked) -> Response:
    ports, name = asked.ports, name_of(asked)
    d = folded(ports.journal, name)
    seals = seals_line(ports.anchor_book.state(d.id), ports.seal_keys.last_look())
    line = result_of(d, ports.clock.now()).model_copy(update={"seals": seals})
    return answered(asked, line)


def _events(asked: Asked) -> Response:
    wanted, name = query_of(asked, EventsWanted), name_of(asked)
    RecordGuard(asked.ports, name).refuse_events()
    records = asked.ports.journal.read(name, after=wanted.after, most=wanted.limit + 1)
    part = records[: wanted.limit]
    following = part[-1].seq if len(records) > len(part) else None
    return answered(asked, EventList(items=part, next=following))


def _verification(asked: Asked) -> Response:
    ports, name = asked.ports, name_of(asked)
    d = folded(ports.journal, name)
    records = spoken_events(ports.journal, name)
    breaks = [
        SealFound(code=each.code, event=each.event, detail=each.detail) for each in broken_seal(ports, name)
    ]
    signatures = list(signatures_of(ports, d, records).values())
    return answered(
        asked, Verification(deployment=name, whole=not breaks, findings=breaks, signatures=signatures)
    )


ROUTES = (
    Route(
        "GET",
        BASE,
        "see",
        _list,
        described=Described("List deployments, newest first", DeploymentList, query=Wanted, tagged=True),
    ),
    Route(
        "GET",
        f"{BASE}/{{deployment}}",
        "see",
        _one,
        about="deployment",
        described=Described("Show how a deployment stands", ResultLine, tagged=True),
    ),
    Route(
        "GET",
        f"{BASE}/{{deployment}}/events",
        "see",
        _events,
        about="deployment",
        described=Described("Read the journal of a deployment", EventList, query=EventsWanted, tagged=True),
    ),
    Route(
        "GET",
        f"{BASE}/{{deployment}}/verification",
        "see",
        _verification,
        about="deployment",
        described=Described("Verify the seal and the signatures of a record", Verification, tagged=True),
    ),
)
