"""What the service refused, and who changed what of its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.domain.journal.events import HOUSE, PeopleChanged
from orchestrator.policy.telling.words.people_words import change_words
from orchestrator.web.routes import Route
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.web.request_context import Asked

MOST = 200
"""Rows of each table."""


def _audit(asked: Asked) -> Response:
    changes = [
        (record.at, change_words(record.event.change), record.event.by)
        for record in asked.ports.journal.read(HOUSE)
        if isinstance(record.event, PeopleChanged)
    ]
    return page(
        "audit.html.j2",
        request=asked.request,
        asked=asked,
        refusals=asked.ports.people.refusals(MOST),
        changes=changes[::-1][:MOST],
        most=MOST,
    )


ROUTES = (Route("GET", "/audit", "administer", _audit),)
