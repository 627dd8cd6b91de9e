"""Where playbooks run: this machine, and nodes in other zones where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.bootstrap.versions import programs
from orchestrator.web.routes import Route
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.web.request_context import Asked


def _nodes(asked: Asked) -> Response:
    book = asked.service.nodes
    known = [] if book is None else book.nodes()
    return page("nodes.html.j2", request=asked.request, asked=asked, programs=programs(), nodes=known)


ROUTES = (Route("GET", "/nodes", "see", _nodes),)
