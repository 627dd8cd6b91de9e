"""What every answer carries: the headers of a page that loads nothing foreign, and its place in the figures."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from orchestrator.domain.text.plain_text import plain
from orchestrator.web.figures import counted_answer
from orchestrator.web.problems import Problem, answer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

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

OF_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""For a year the browser goes to no unencrypted page of this host (RFC 6797)."""


class EveryAnswer:
    """Stands around the application, below the server. It holds no answer back, so that events stream."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app = app
        self._always = {**HEADERS, **(OF_HTTPS if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, seen = perf_counter(), list[int]()
        # A proxy that sees another end of such a body could send somebody else's request after it (RFC 9112, 6.1 and 11.2).
        ends_apart = any(name == b"transfer-encoding" for name, _ in scope["headers"])

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.append(message["status"])
                headers = MutableHeaders(scope=message)
                _complete(headers, scope["path"], self._always)
                if ends_apart:
                    headers["Connection"] = "close"
                counted_answer(scope.get("orch.route", "none"), message["status"], perf_counter() - began)
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception:
            LOG.exception("%s %s failed", scope["method"], plain(scope["path"], 200))
            if seen:
                raise
            detail = "This is a fault of orch; its log says more. What you asked for was not done, or not to its end."
            fault = Problem(500, "internal", detail)
            request = Request(scope)
            await answer_of(fault, request, of_api=scope["path"].startswith("/api/"))(scope, receive, sent)


def _complete(headers: MutableHeaders, path: str, always: Mapping[str, str]) -> None:
    for name, value in always.items():
        headers.setdefault(name, value)
    if not path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
