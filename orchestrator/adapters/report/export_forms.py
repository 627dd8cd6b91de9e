"""What people read of an export for an auditor: the list of deployments as CSV, and how to verify all of it."""

import csv
import io
from collections.abc import Mapping, Sequence

from orchestrator.adapters.report.period_csv import inert
from orchestrator.adapters.report.templating import TEMPLATES
from orchestrator.policy.clauses.period_evidence import PeriodEvidence

HEADINGS = (
    "deployment", "release", "version", "service", "environment", "state", "rehearsal", "planned", "ended", "events",
    "in sample",
)  # fmt: skip


def readme_text(values: Mapping[str, str]) -> str:
    """What is in an export and how to verify it; `values` are words, made, count, sample and way."""
    return (TEMPLATES / "export-readme.md").read_text(encoding="utf-8").format_map(values)


def population_csv(evidence: PeriodEvidence, sample: Sequence[str]) -> str:
    """A row for each deployment (RFC 4180). No text in it is a formula for a spreadsheet."""
    text, chosen = io.StringIO(), set(sample)
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(HEADINGS)
    for each in evidence.deployments:
        ended = each.ended.isoformat() if each.ended is not None else ""
        words = (each.id, each.release, each.version, each.service, each.environment, each.state)
        rows.writerow(
            [
                *map(inert, words),
                "yes" if each.rehearsal else "no",
                each.began.isoformat(),
                ended,
                each.events,
                "yes" if each.id in chosen else "no",
            ]
        )
    return text.getvalue()
