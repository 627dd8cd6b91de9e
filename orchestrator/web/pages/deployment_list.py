"""All deployments that may be seen, newest first, by environment, service, state and text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.text.names import same_name
from orchestrator.engine.lookup.disposed import disposed
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.policy.telling.words.disposal_words import disposed_lines
from orchestrator.web.pages.list_rows import given, page_of_list, rows_of
from orchestrator.web.pages.projects_apart import projects_apart
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by, sees_everything
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.responses import Response

    from orchestrator.domain.fold.brief import Brief
    from orchestrator.web.request_context import Asked

FILTERS = ("environment", "service", "state", "text")
OPEN, OVER = "open", "over"
STATES = (OPEN, OVER, *(state.value for state in State))


def _deployments(asked: Asked) -> Response:
    known, now = survey(asked.ports.journal), asked.ports.clock.now()
    mine, filters = seen_by(asked, known.briefs), given(asked, FILTERS)
    chosen = chosen_by(mine, filters)
    shown, pages = page_of_list(asked, chosen, filters)
    everything = sees_everything(asked)
    gone = [each.seen_as for each in disposed(asked.ports.journal).values()] if everything else []
    return page(
        "deployments.html.j2",
        request=asked.request,
        asked=asked,
        rows=rows_of(asked, shown, now),
        pages=pages,
        filters=filters,
        filtered=any(filters.values()),
        number=len(chosen),
        of=len(mine),
        environments=sorted({brief.environment for brief in mine}),
        services=sorted({brief.service or brief.release for brief in mine}),
        states=STATES,
        apart=projects_apart(mine),
        disposed=list(disposed_lines(gone)),
        unreadable=known.unreadable if everything else {},
    )


def chosen_by(briefs: Iterable[Brief], filters: Mapping[str, str]) -> Sequence[Brief]:
    """The deployments that every filter lets through, in their order. An empty filter lets all through."""
    return [brief for brief in briefs if _passes(brief, filters)]


def _passes(brief: Brief, filters: Mapping[str, str]) -> bool:
    state, text = filters["state"], filters["text"].casefold()
    if filters["environment"] and not same_name(filters["environment"], brief.environment):
        return False
    if filters["service"] and not same_name(filters["service"], brief.service or brief.release):
        return False
    if state and not (brief.over == (state == OVER) if state in {OPEN, OVER} else brief.state.value == state):
        return False
    words = (brief.id, brief.release, brief.version, brief.by, brief.service or "")
    return not text or any(text in word.casefold() for word in words)


ROUTES = (Route("GET", "/deployments", "see", _deployments),)
