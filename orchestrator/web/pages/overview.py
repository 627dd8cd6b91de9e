"""The overview: which version of each service is where, what runs, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from orchestrator.domain.fold.brief import Brief
    from orchestrator.web.request_context import Asked


class Row(NamedTuple):
    """A service, and the newest deployment that stands in each environment."""

    service: str
    cells: tuple[Brief | None, ...]


def _overview(asked: Asked) -> Response:
    known = survey(asked.ports.journal)
    mine = seen_by(asked, known.briefs)
    environments = sorted({brief.environment for brief in mine if not brief.rehearsal})
    services = sorted({brief.service or brief.release for brief in mine if not brief.rehearsal})
    return page(
        "overview.html.j2",
        request=asked.request,
        asked=asked,
        environments=environments,
        rows=[
            Row(service, tuple(_standing(mine, service, env) for env in environments)) for service in services
        ],
        at_work=[brief for brief in mine if not brief.over],
        recent=[brief for brief in mine if brief.over][:10],
        unreadable=known.unreadable,
    )


def _standing(briefs: Iterable[Brief], service: str, environment: str) -> Brief | None:
    return next(
        (
            brief
            for brief in briefs
            if (brief.service or brief.release) == service
            and brief.environment == environment
            and brief.state in STANDS
            and not brief.rehearsal
        ),
        None,
    )


ROUTES = (Route("GET", "/", "see", _overview),)
