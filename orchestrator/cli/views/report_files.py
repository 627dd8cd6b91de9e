"""The report of a period as files: JSON, CSV, a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from orchestrator.cli.views.whole_file import write_whole
from orchestrator.policy.measures.period.measure_words import MEANINGS, REASONS
from orchestrator.policy.measures.period.period_report import PeriodReport


def report_json(report: PeriodReport) -> dict[str, Any]:
    """The report as JSON (docs/report.md): each code with its definition, and why something is not recorded."""
    codes = dict.fromkeys(measure.code for measure in report.measures)
    return {
        "kind": "report",
        **report.model_dump(mode="json"),
        "definitions": {code: MEANINGS[code]._asdict() for code in codes},
        "reasons": {
            code: {"title": REASONS[code][0], "reason": REASONS[code][1]} for code in report.unrecorded
        },
    }


def report_json_text(report: PeriodReport) -> str:
    """It as one line."""
    return json.dumps(report_json(report))


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
