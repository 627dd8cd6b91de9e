"""Requests with an Idempotency-Key: sent again, they are answered as before, and nothing is done twice."""

from __future__ import annotations

from functools import wraps
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import Response

from orchestrator.engine.repeat_ports import Answer
from orchestrator.web.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestrator.web.request_context import Asked

LONGEST = 200


def once(answer: Callable[[Asked], Response]) -> Callable[[Asked], Response]:
    """The answer, given once for each name that a person's requests carry. Without a name each request counts.

    A request that was refused is forgotten: what was in its way may be gone when it is sent again.
    """

    @wraps(answer)
    def given(asked: Asked) -> Response:
        key = asked.request.headers.get("idempotency-key", "")
        if not key:
            return answer(asked)
        if len(key) > LONGEST or not key.isprintable():
            raise Problem(
                400, "idempotency_key", f"Idempotency-Key has at most {LONGEST} letters that print."
            )
        name = f"{asked.access.login if asked.access else ''} {asked.request.method} {asked.request.url.path} {key}"
        begun = asked.ports.repeats.begin(name, sha256(asked.body).hexdigest(), asked.ports.clock.now())
        if isinstance(begun, Answer):
            headers = {"Idempotency-Replayed": "true"}
            return Response(begun.body, begun.status, headers=headers, media_type="application/json")
        if begun == "other_request":
            raise Problem(
                422, "idempotency_key", "This Idempotency-Key was sent with another request: use a new one."
            )
        if begun == "under_way":
            raise Problem(409, "under_way", "The same request is under way. Ask again in a moment.")
        return _done(asked, answer, name)

    return given


def _done(asked: Asked, answer: Callable[[Asked], Response], name: str) -> Response:
    try:
        made = answer(asked)
    except BaseException:
        asked.ports.repeats.end(name, None)
        raise
    asked.ports.repeats.end(name, Answer(made.status_code, bytes(made.body).decode()))
    return made
