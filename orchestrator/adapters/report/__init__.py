"""Records and the schedule of change for people: self-contained pages, text, iCalendar (owner of jinja2 and icalendar)."""

from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record

__all__ = ["html_record", "text_record"]
