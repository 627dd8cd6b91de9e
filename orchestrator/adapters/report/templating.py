"""Jinja2 set-up for all pages: text is always escaped and made legible, and an undefined variable is an error."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orchestrator.adapters.report.breakable import breakable
from orchestrator.adapters.report.legible import legible

TEMPLATES = Path(__file__).parent / "templates"


def environment(filters: Mapping[str, Callable[..., Any]], *templates: Path) -> Environment:
    """An environment with these filters and the templates of these folders, by default those of reports."""
    made = Environment(
        loader=FileSystemLoader(templates or (TEMPLATES,)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_final,
    )
    made.filters |= filters
    return made


def page_of(made: Environment, template: str, *, part: bool = False, **values: Any) -> str:
    """The page of this template, with places where long names may be broken.

    As a `part`, what stands in its <main> alone; the page that it goes into has those places.
    """
    layout = "part.html.j2" if part else "whole_page.html.j2"
    made_of = made.get_template(template).render(values, layout=layout, part=part)
    return made_of if part else breakable(made_of)


def _final(value: Any) -> Any:
    """Make each text legible before it is rendered; markup comes from the templates and stays."""
    return legible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
