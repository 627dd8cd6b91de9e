"""The report of a period as files: JSON, CSV, a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from orchestrator.cli.views.whole_file import write_whole
from orchestrator.policy.measures.period.period_report import PeriodReport
from orchestrator.policy.measures.period.report_json import report_json_text


def write_report(report: PeriodReport, zone: ZoneInfo, files: Mapping[str, Path | None]) -> None:
    """Write the files, by their form, one after the other, each whole or not at all. Raises StoreFault and MachineLacks."""
    from orchestrator.adapters.report.period_csv import csv_report
    from orchestrator.adapters.report.period_page import html_report

    forms: Mapping[str, Callable[[], str | bytes]] = {
        "csv": lambda: csv_report(report),
        "html": lambda: html_report(report, zone),
        "pdf": lambda: _pdf(report, zone),
    }
    for form, path in files.items():
        if path is None:
            continue
        if str(path) == "-":
            click.echo(forms[form](), nl=False)
        else:
            write_whole(path, forms[form]())
            click.echo(f"The report is in {path}", err=True)


def _pdf(report: PeriodReport, zone: ZoneInfo) -> bytes:
    from orchestrator.adapters.report.pdf import pdf_of
    from orchestrator.adapters.report.period_document import period_document

    return pdf_of(period_document(report, zone, report_json_text(report).encode()))
