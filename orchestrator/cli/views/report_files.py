"""The report of a period as files: JSON, CSV, a page."""

from __future__ import annotations

import json
from collections.abc import Callable
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
    return json.dumps(report_json(report), ensure_ascii=False)


def write_report(report: PeriodReport, zone: ZoneInfo, *, csv_file: Path | None, html: Path | None) -> None:
    """Write the files one after the other, each whole or not at all. Raises StoreFault."""
    from orchestrator.adapters.report.period_csv import csv_report
    from orchestrator.adapters.report.period_page import html_report

    forms: list[tuple[Path | None, Callable[[], str]]] = [
        (csv_file, lambda: csv_report(report)),
        (html, lambda: html_report(report, zone)),
    ]
    for path, text in forms:
        if path is None:
            continue
        if str(path) == "-":
            click.echo(text(), nl=False)
        else:
            write_whole(path, text())
            click.echo(f"The report is in {path}", err=True)
