"""A document as one self-contained page: no script, no external address, every text escaped."""

from functools import cache

from jinja2 import Environment

from orchestrator.adapters.report.document import Document
from orchestrator.adapters.report.templating import environment, page_of


def html_of(document: Document, *, part: bool = False) -> str:
    """The page, or a `part` for another page."""
    return page_of(_environment(), "document.html.j2", part=part, doc=document)


@cache
def _environment() -> Environment:
    return environment({"moment": lambda m: f"{m:%Y-%m-%d %H:%M:%S} UTC"})
