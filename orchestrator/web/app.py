"""The application: every route of the table behind one gate, and what each answer carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.routing import Route as Routed
from starlette.staticfiles import StaticFiles

from orchestrator.web.every_answer import EveryAnswer
from orchestrator.web.gate import passed
from orchestrator.web.problems import Problem, answer_of
from orchestrator.web.route_table import all_routes

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from orchestrator.web.request_context import Service
    from orchestrator.web.routes import Route

STATIC = Path(__file__).parent / "static"


def application(service: Service, of_nodes: Sequence[BaseRoute] = ()) -> Starlette:
    """The application over this service. `of_nodes`: where nodes ask, who have credentials of their own and no session."""
    by_path: dict[str, dict[str, Route]] = {}
    for route in all_routes():
        by_path.setdefault(route.path, {})[route.method] = route
    routes: list[BaseRoute] = [*of_nodes, *(_routed(service, rows) for rows in by_path.values())]
    routes.append(Mount("/static", StaticFiles(directory=STATIC), name="static"))
    return Starlette(
        routes=routes,
        middleware=[Middleware(EveryAnswer, https=service.https)],
        exception_handlers={HTTPException: _not_routed},
    )


def _routed(service: Service, rows: Mapping[str, Route]) -> Routed:
    """All rows of one path: a method that none of them has is answered with those that they have (RFC 9110, 15.5.6)."""

    async def answer(request: Request) -> Response:
        route = rows["GET" if request.method == "HEAD" else request.method]
        request.scope["orch.route"] = route.name
        return await passed(service, route, request)

    first = next(iter(rows.values()))
    return Routed(first.path, answer, methods=[*rows], name=first.path)


async def _not_routed(request: Request, fault: Exception) -> Response:
    """What no row of the table serves."""
    status = fault.status_code if isinstance(fault, HTTPException) else 404
    headers = dict(fault.headers or {}) if isinstance(fault, HTTPException) else {}
    code, words = ("method", "This path is not used with this method.")
    if status == 404:
        code, words = "not_found", "There is no such page."
    return answer_of(
        Problem(status, code, words, headers=headers), request, of_api=request.url.path.startswith("/api/")
    )
