"""The deployment record for people: a self-contained page, and text for terminals (owner of jinja2)."""

from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record

__all__ = ["html_record", "text_record"]
