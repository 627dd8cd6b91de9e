"""Pages from templates: text is escaped and made legible, long names may be broken, and nothing foreign is loaded."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import HTMLResponse

from orchestrator.adapters.report.breakable import breakable
from orchestrator.adapters.report.templating import TEMPLATES as OF_REPORTS
from orchestrator.adapters.report.templating import environment
from orchestrator.domain.text.format import counted, seconds_words, size_words
from orchestrator.policy.telling.words.people_words import grant_words
from orchestrator.web.navigation import navigation

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request

    from orchestrator.web.request_context import Asked

TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, *, request: Request, asked: Asked | None = None, **values: Any) -> HTMLResponse:
    """The page of this template; `asked` is whoever is logged in, None where nobody is."""
    access = asked.access if asked is not None else None
    text = breakable(
        _environment()
        .get_template(template)
        .render(
            path=request.url.path,
            asked=asked,
            access=access,
            csrf=asked.csrf if asked is not None else "",
            navigation=navigation(asked if access is not None else None, request.url.path),
            **values,
        )
    )
    return HTMLResponse(text)


def fragment(template: str, **values: Any) -> str:
    """A part of a page, which is the same for everybody."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    return environment(
        {
            "moment": _moment,
            "granted": grant_words,
            "day": _day,
            "iso": datetime.isoformat,
            "seconds": seconds_words,
            "size": size_words,
            "counted": counted,
            "in_path": lambda text: quote(text, safe=""),
            "clock": _clock,
            "px": lambda x: f"{x:.1f}",
            "title": lambda name: str(name).replace("_", " "),
        },
        TEMPLATES,
        OF_REPORTS,
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}"


def _day(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}"
