"""How every page is made: escaped always, complete or not at all, and each text made legible first."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orchestrator.adapters.report.legible import legible

TEMPLATES = Path(__file__).parent / "templates"


def environment(filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """The templates of this folder, with these filters."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_final,
    )
    made.filters |= filters
    return made


def _final(value: Any) -> Any:
    """Every text that reaches the page is made legible first; what is markup already is the template's own."""
    return legible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
