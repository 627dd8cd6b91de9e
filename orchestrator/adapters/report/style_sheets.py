"""The style sheets of pages and of their parts, for whoever serves parts on pages of its own."""

from functools import cache

from orchestrator.adapters.report.templating import TEMPLATES

SHEETS = ("record", "calendar", "period", "capability")
"""Each is a file `NAME.css` beside the templates; those after `record` build on it."""


@cache
def style_sheet(name: str) -> str | None:
    """The rules of a sheet; None for a name that is none of theirs."""
    return (TEMPLATES / f"{name}.css").read_text(encoding="utf-8") if name in SHEETS else None
