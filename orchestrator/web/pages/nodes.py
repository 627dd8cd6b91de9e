"""Where playbooks run: this machine, and nodes in other zones where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.bootstrap.versions import programs
from orchestrator.engine.lookup.node_words import is_silent, load_words, zone_words, zones_of
from orchestrator.web.routes import Route
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.web.request_context import Asked


def _nodes(asked: Asked) -> Response:
    book = asked.service.nodes
    known = [] if book is None else book.nodes()
    calls = [] if asked.service.exchange is None else asked.service.exchange.open_calls()
    rows = [(seen, is_silent(seen), load_words(seen, calls)) for seen in known]
    waits = [(zone, words) for zone in zones_of(known, calls) if (words := zone_words(zone, known, calls))]
    shown = {"programs": programs(), "nodes": rows, "waits": waits}
    return page("nodes.html.j2", request=asked.request, asked=asked, **shown)


ROUTES = (Route("GET", "/nodes", "see", _nodes),)
