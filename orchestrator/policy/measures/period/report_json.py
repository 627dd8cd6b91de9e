"""The report of a period for programs."""

import json
from typing import Any

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
