"""HTTP for nodes of zones, to be mounted by the service: each question is one POST, answered by the door (docs/adr/0118)."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from orchestrator.adapters.nodes.door import MOST_BYTES, PATH, NodeDoor


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
        return Response(reply.body, reply.status, media_type=reply.media_type if reply.body else None)

    return [Route(f"{PATH}{{verb}}", answer, methods=["POST"])]
