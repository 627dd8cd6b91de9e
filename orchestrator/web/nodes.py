"""HTTP for nodes of zones, to be mounted by the service: each question is one POST, answered by the door (docs/adr/0118)."""

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orchestrator.adapters.nodes.door import MOST_BYTES, PATH, NodeDoor, Reply

FIRST_LOOK, LONGEST_LOOK = 0.1, 0.5
"""Seconds between looks for work while a node waits: more the longer it does."""


def node_routes(door: NodeDoor) -> list[Route]:
    """The routes; nothing else of the service takes the credential of a node."""

    async def answer(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                break  # the door says that it is too large
        headers = {name.lower(): value for name, value in request.headers.items()}
        reply = await run_in_threadpool(door.handle, request.path_params["verb"], headers, bytes(body))
        reply = await _awaited(request, reply)
        return Response(reply.body, reply.status, media_type=reply.media_type if reply.body else None)

    return [Route(f"{PATH}{{verb}}", answer, methods=["POST"])]


async def _awaited(request: Request, reply: Reply) -> Reply:
    """Look again until there is an answer or the time is over; a node that has gone away takes nothing."""
    until, pause = anyio.current_time() + reply.wait, FIRST_LOOK
    while reply.again is not None and anyio.current_time() < until:
        await anyio.sleep(min(pause, max(0.0, until - anyio.current_time())))
        if await request.is_disconnected():
            break
        reply = await run_in_threadpool(reply.again)
        pause = min(LONGEST_LOOK, pause * 1.2)
    return reply
