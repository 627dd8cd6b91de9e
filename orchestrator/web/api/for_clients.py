"""What the command line asks as a client of the service: briefs as the store has them, and the keys that count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.fold.brief import Brief
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.web.api.answering import answered
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import Answered
from orchestrator.web.api.pages_of_lists import Paged, page_of
from orchestrator.web.api.reading import Given, query_of
from orchestrator.web.plan_files import plan_called
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.web.request_context import Asked


class BriefList(Answered):
    """A page of deployments in short, newest first; `next` is the `after` of the next page."""

    items: list[Brief]
    next: str | None


class KeyringWanted(Given):
    """`project`: the folder of a deployment that the caller may see; `plan`: one of the plans; without them those of the house.

    With both, the plan's project is meant.
    """

    project: Annotated[str, Field(max_length=4096)] = ""
    plan: Annotated[str, Field(max_length=600)] = ""


def _briefs(asked: Asked) -> Response:
    wanted = query_of(asked, Paged)
    part, following = page_of(
        seen_by(asked, survey(asked.ports.journal).briefs), wanted, lambda brief: brief.id
    )
    return answered(asked, BriefList(items=part, next=following))


def _keyring(asked: Asked) -> Response:
    query = query_of(asked, KeyringWanted)
    if query.plan:
        return answered(asked, asked.ports.keys.keyring(plan_called(asked, query.plan).project))
    wanted = query.project
    if not wanted:
        return answered(asked, asked.ports.keys.keyring(None))
    known = survey(asked.ports.journal).briefs
    if not any(brief.project == wanted for brief in seen_by(asked, known)):
        raise Problem(404, "not_found", "No deployment that you may see is of this project.")
    return answered(asked, asked.ports.keys.keyring(Path(wanted)))


ROUTES = (
    Route(
        "GET",
        "/api/v1/briefs",
        "see",
        _briefs,
        described=Described(
            "List deployments in short, as the store has them", BriefList, query=Paged, tagged=True
        ),
    ),
    Route(
        "GET",
        "/api/v1/keyring",
        "see",
        _keyring,
        described=Described(
            "Show the keys that count", Keyring, query=KeyringWanted, tagged=True, problems=(404,)
        ),
    ),
)
