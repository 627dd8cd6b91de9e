"""A deployment: how it stands now, and its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.engine.lookup.snapshots import folded
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import plain_words
from orchestrator.web.routes import Route
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.web.request_context import Asked


def _deployment(asked: Asked) -> Response:
    d = folded(asked.ports.journal, asked.request.path_params["deployment"])
    return page(
        "deployment.html.j2",
        request=asked.request,
        asked=asked,
        d=d,
        words=plain_words(d),
        moves=next_moves(d),
    )


ROUTES = (Route("GET", "/deployments/{deployment}", "see", _deployment, about="deployment"),)
