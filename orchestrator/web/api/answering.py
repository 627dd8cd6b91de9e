"""Answers of the API: JSON of a model, with its tag, and 304 where the caller has it already (RFC 9110, 8.8.3 and 13.1.2)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import Response

from orchestrator.web.problems import Problem

if TYPE_CHECKING:
    from pydantic import BaseModel

    from orchestrator.web.request_context import Asked


def answered(asked: Asked, made: BaseModel, *, status: int = 200, tag: str | None = None) -> Response:
    """The model as JSON. Without a `tag` its bytes are the tag."""
    body = made.model_dump_json().encode()
    etag = f'"{tag if tag is not None else sha256(body).hexdigest()[:32]}"'
    if asked.request.method == "GET" and etag in _tags(asked, "if-none-match"):
        return Response(status_code=304, headers={"ETag": etag})
    headers = {"ETag": etag} if asked.request.method == "GET" or tag is not None else {}
    return Response(body, status, headers=headers, media_type="application/json")


def refuse_changed(asked: Asked, tag: str) -> None:
    """Raises Problem where the caller says which state is meant (If-Match), and it is another by now."""
    wanted = _tags(asked, "if-match")
    if wanted and "*" not in wanted and f'"{tag}"' not in wanted:
        raise Problem(412, "changed", "It changed meanwhile: read it again, then decide.")


def _tags(asked: Asked, header: str) -> set[str]:
    given = asked.request.headers.get(header, "")
    return {tag.strip().removeprefix("W/") for tag in given.split(",") if tag.strip()}
