"""What watches the service asks for: whether it can answer, its figures, and the document of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from orchestrator.errors import OrchError
from orchestrator.web.api.described import Described
from orchestrator.web.api.openapi import document
from orchestrator.web.figures import figures
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route

if TYPE_CHECKING:
    from orchestrator.web.request_context import Asked


def _ready(asked: Asked) -> Response:
    try:
        asked.ports.journal.deployments()
    except OrchError:
        raise Problem(
            503, "store_fault", "The store does not answer; the log of the service says why."
        ) from None
    return Response('{"status":"ready"}', media_type="application/json")


def _metrics(asked: Asked) -> Response:
    body, media = figures(asked.ports)
    return Response(body, media_type=media)


def _document(asked: Asked) -> Response:
    from orchestrator.web.route_table import all_routes

    body = json.dumps(document(all_routes(), asked.service.address))
    return Response(body, media_type="application/vnd.oai.openapi+json")


ROUTES = (
    Route(
        "GET",
        "/readyz",
        None,
        _ready,
        open_because="a proxy asks before it sends people here; it tells that and nothing else",
    ),
    Route("GET", "/metrics", "see", _metrics),
    Route(
        "GET",
        "/api/v1/openapi.json",
        None,
        _document,
        open_because="it is the same for everybody, and has nothing of this house but its address",
        described=Described("The document of this API", media="application/vnd.oai.openapi+json"),
    ),
)
