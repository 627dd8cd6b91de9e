"""The log of the service: one JSON object a line, for whatever collects logs."""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orchestrator.domain.text.plain_text import plain

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("orch.requests")
SHOWN_PARTS = frozenset({"deployment"})
"""Parts of a path that the log shows; another may be a secret, such as the code of an invitation."""


class JsonLines(logging.Formatter):
    """A record as JSON: `at`, `level`, `log`, `says`, and what the record adds in `of_request`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "says": plain(record.getMessage(), 2000),
        }
        line |= getattr(record, "of_request", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def log_to_stderr() -> None:
    """Have all logs of this process written as JSON lines to standard error."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


class RequestLog:
    """Writes a line for each request: method, path, status, milliseconds, and the deployment that it is about."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3.0."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            _write(scope, status, time.perf_counter() - began)


def _write(scope: Scope, status: int, seconds: float) -> None:
    parts: dict[str, Any] = scope.get("path_params") or {}
    path = str(scope["path"])
    for name, value in parts.items():
        if name not in SHOWN_PARTS and str(value):
            path = path.replace(str(value), f"{{{name}}}")
    client = scope.get("client")
    line = {
        "method": scope["method"],
        "path": plain(path, 300),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "address": client[0] if client else "",
    }
    if "orch.person" in scope:
        line["login"] = scope["orch.person"]
    if "deployment" in parts:
        line["deployment"] = plain(str(parts["deployment"]), 100)
    LOG.info("%s %s %s", line["method"], line["path"], status, extra={"of_request": line})
