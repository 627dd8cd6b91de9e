"""The stream of a watched deployment: server-sent events (HTML Living Standard, 9.2) with the texts that changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from orchestrator.policy.authority.access import may
from orchestrator.web.live.fragments import FRAGMENTS

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.domain.authority.access import Right
    from orchestrator.web.live.hub import Channel
    from orchestrator.web.request_context import Asked

RETRY = 3000
"""Milliseconds after which a browser connects again."""
OF_WORDS: tuple[Right, ...] = ("pause", "steer", "start", "approve")
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def rights_of(asked: Asked) -> frozenset[Right]:
    """The rights that decide which words a page offers."""
    return frozenset(right for right in OF_WORDS if asked.may(right))


async def stream(asked: Asked) -> Response:
    """Send what changes until the deployment, the session or the connection ends."""
    deployment = asked.request.path_params["deployment"]
    known = asked.request.headers.get("last-event-id") or asked.request.query_params.get("seen", "")
    rights = rights_of(asked)
    asked.service.live.refuse_too_many(asked.person)

    async def events() -> AsyncIterator[str]:
        async with asked.service.live.watching(asked.ports, deployment, asked.person, rights) as channel:
            async for event in _events(asked, channel, rights, known):
                yield event

    return StreamingResponse(events(), media_type="text/event-stream", headers=HEADERS)


async def _events(asked: Asked, channel: Channel, rights: frozenset[Right], known: str) -> AsyncIterator[str]:
    seen = _Seen(known == channel.version(rights), channel, rights)
    yield f"retry: {RETRY}\n\n"
    while True:
        changed = channel.changed
        for event in seen.news(channel, rights):
            yield event
        if channel.over:
            yield _event("over", {"words": channel.headline})
            return
        if await _changes(changed, asked.service.live.heartbeat):
            continue
        if not await run_in_threadpool(_still_in, asked):
            yield _event("ended", {"words": "Your session is over. Log in again."})
            return
        yield ": still here\n\n"


async def _changes(changed: asyncio.Event, heartbeat: float) -> bool:
    """Wait for a change; False where none came within a heartbeat."""
    try:
        await asyncio.wait_for(changed.wait(), heartbeat)
    except TimeoutError:
        return False
    return True


class _Seen:
    """What one watcher was sent."""

    def __init__(self, has_all: bool, channel: Channel, rights: frozenset[Right]) -> None:  # noqa: FBT001
        self._texts = channel.seen_with(rights) if has_all else {}
        self._fault = ""

    def news(self, channel: Channel, rights: frozenset[Right]) -> Iterator[str]:
        """An event with the fragments that changed, and one with a fault that came or went."""
        texts = channel.seen_with(rights)
        changed = {name: texts[name] for name in FRAGMENTS if texts[name] != self._texts.get(name)}
        if changed:
            self._texts = texts
            yield _event("change", {"fragments": changed}, channel.version(rights))
        if channel.fault != self._fault:
            self._fault = channel.fault
            yield _event("fault", {"words": self._fault})


def _still_in(asked: Asked) -> bool:
    """Whether the session lasts, and still may see this."""
    entered = asked.service.doors.entered(asked.request)
    return entered is not None and may(entered.access, "see", asked.place)


def _event(name: str, body: object, number: str = "") -> str:
    lines = [f"id: {number}"] if number else []
    return "\n".join([*lines, f"event: {name}", f"data: {json.dumps(body)}", "", ""])
