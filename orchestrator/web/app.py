"""The application: every route of the table behind one gate, and the headers of every answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from orchestrator.web.gate import passed
from orchestrator.web.problems import Problem, answer_of
from orchestrator.web.route_table import all_routes

if TYPE_CHECKING:
    from orchestrator.web.request_context import Service
    from orchestrator.web.routes import Route

STATIC = Path(__file__).parent / "static"
LOG = logging.getLogger("orch.web")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
"""Of every answer (OWASP Secure Headers): no foreign host, no script and no style inside a page, no frame around it."""

Next = Callable[[Request], Awaitable[Response]]


def application(service: Service) -> FastAPI:
    """The application over this service."""
    app = FastAPI(title="orch", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    for route in all_routes():
        _add(app, service, route)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.middleware("http")
    async def with_headers(request: Request, follow: Next) -> Response:
        try:
            answer = await follow(request)
        except Exception:
            LOG.exception("%s %s failed", request.method, request.url.path)
            detail = "This is a fault of orch; its log says more. Nothing else was said."
            answer = answer_of(Problem(500, "internal", detail), request, of_api=_of_api(request))
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        if service.https:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not request.url.path.startswith("/static/"):
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    @app.exception_handler(HTTPException)
    async def not_routed(request: Request, fault: HTTPException) -> Response:
        code, words = (
            ("not_found", "There is no such page.")
            if fault.status_code == 404
            else ("method", str(fault.detail))
        )
        problem = Problem(fault.status_code, code, words, headers=dict(fault.headers or {}))
        return answer_of(problem, request, of_api=_of_api(request))

    return app


def _of_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _add(app: FastAPI, service: Service, route: Route) -> None:
    async def answer(request: Request) -> Response:
        return await passed(service, route, request)

    app.router.add_route(route.path, answer, methods=[route.method], name=route.name)
