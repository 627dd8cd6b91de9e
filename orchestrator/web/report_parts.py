"""Parts of reports on pages of the service, and the style sheets that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.responses import Response

from orchestrator.adapters.report.style_sheets import SHEETS, style_sheet
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route

if TYPE_CHECKING:
    from orchestrator.web.request_context import Asked


def report_part(made: str) -> Markup:
    """What a function of adapters/report made with `part=True`: its templates have escaped every text in it already."""
    return Markup(made)  # noqa: S704


def _sheet(asked: Asked) -> Response:
    text = style_sheet(asked.request.path_params["sheet"])
    if text is None:
        raise Problem(404, "not_found", f"There is no such style sheet; there are {', '.join(SHEETS)}.")
    return Response(text, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})


ROUTES = (
    Route(
        "GET",
        "/sheets/{sheet}.css",
        None,
        _sheet,
        open_because="rules of style are the same for everybody, and say nothing of a deployment",
    ),
)
