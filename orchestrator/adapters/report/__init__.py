"""Records and the schedule of change for people: self-contained pages, text, iCalendar (owner of jinja2 and icalendar)."""

from orchestrator.adapters.report.checks_csv import csv_checks
from orchestrator.adapters.report.junit_xml import junit_record
from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record

__all__ = ["csv_checks", "html_record", "junit_record", "text_record"]
