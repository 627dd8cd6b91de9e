"""Where work is done, over the API: nodes of zones, and the channels by which messages go out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.engine.lookup.node_words import node_fields, waiting_fields
from orchestrator.web.api.answering import answered
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import Answered
from orchestrator.web.api.once import once
from orchestrator.web.api.reading import Given, body_of
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.engine.node_ports import OpenCall
    from orchestrator.web.request_context import Asked


class NodeShown(Answered):
    """A node of a zone; `has`: the runs and questions that are its; `silent_seconds`: since it was heard of, null for never."""

    kind: str = "node"
    zone: str
    name: str
    state: str
    has: str
    silent_seconds: float | None
    enrolled_by: str


class ZoneShown(Answered):
    """What waits for a node of a zone, and why none takes it."""

    kind: str = "zone"
    zone: str
    waits: str


class NodeList(Answered):
    """All nodes, by zone and name, and what waits for zones; none where the service has no queue."""

    items: list[NodeShown]
    waiting: list[ZoneShown]


class DrainGiven(Given):
    """`draining`: whether the node takes nothing new; what it has goes on to its end."""

    draining: bool


class ChannelShown(Answered):
    """A channel by which messages go out; where it leads, and its secrets, are said nowhere."""

    name: str
    kind: str


class ChannelList(Answered):
    """The channels of the house."""

    items: list[ChannelShown]


def _list(asked: Asked) -> Response:
    book = asked.service.nodes
    known = [] if book is None else book.nodes()
    calls = _calls(asked)
    items = [NodeShown.model_validate(fields) for fields in node_fields(known, calls)]
    waiting = [ZoneShown.model_validate(fields) for fields in waiting_fields(known, calls)]
    return answered(asked, NodeList(items=items, waiting=waiting))


def _calls(asked: Asked) -> list[OpenCall]:
    return [] if asked.service.exchange is None else asked.service.exchange.open_calls()


@once
def _drain(asked: Asked) -> Response:
    draining, book = body_of(asked, DrainGiven).draining, asked.service.nodes
    if book is None:
        raise Problem(409, "refused", "This service has no nodes: its store is not on PostgreSQL.")
    name = asked.request.path_params["name"]
    book.change(name, draining=draining)
    drained = [seen for seen in book.nodes() if seen.node.party.name == name]
    return answered(asked, NodeShown.model_validate(node_fields(drained, _calls(asked))[0]))


def _channels(asked: Asked) -> Response:
    kinds = asked.ports.channels.kinds()
    items = [ChannelShown(name=name, kind=str(kind)) for name, kind in sorted(kinds.items())]
    return answered(asked, ChannelList(items=items))


ROUTES = (
    Route("GET", "/api/v1/nodes", "see", _list, described=Described("List the nodes of zones", NodeList)),
    Route(
        "POST",
        "/api/v1/nodes/{name}/draining",
        "administer",
        _drain,
        described=Described(
            "Have a node take nothing new, or take it again",
            NodeShown,
            DrainGiven,
            once=True,
        ),
    ),
    Route(
        "GET",
        "/api/v1/channels",
        "administer",
        _channels,
        described=Described(
            "List the channels by which messages and webhooks go out", ChannelList, tagged=True
        ),
    ),
)
