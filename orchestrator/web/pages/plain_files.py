"""What browsers and watchers of the service ask for without a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, PlainTextResponse

from orchestrator.web.routes import Route

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.web.request_context import Asked


def _alive(asked: Asked) -> Response:
    return JSONResponse({"status": "alive"})


def _robots(asked: Asked) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


ROUTES = (
    Route(
        "GET",
        "/healthz",
        None,
        _alive,
        open_because="whatever watches the process asks; it tells nothing else",
    ),
    Route("GET", "/robots.txt", None, _robots, open_because="it asks search engines to stay away"),
)
