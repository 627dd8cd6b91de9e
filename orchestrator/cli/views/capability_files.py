"""A capability assessment as files: JSON, CSV, a page, PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from orchestrator.cli.views.whole_file import write_whole
from orchestrator.domain.evidence.capability import CapabilityAssessment
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria
from orchestrator.policy.measures.capability.capability_words import MEANINGS
from orchestrator.policy.measures.capability.gaps import gaps_of


def assessment_json(assessment: CapabilityAssessment, criteria: CapabilityCriteria) -> dict[str, Any]:
    """It for programs (docs/assess.md): the result, what is missing, the criteria, and the definitions of evidence."""
    codes = dict.fromkeys(seen.code for result in assessment.results for seen in result.evidence)
    return {
        "kind": "assessment",
        **assessment.model_dump(mode="json"),
        "gaps": [gap._asdict() for gap in gaps_of(assessment, criteria)],
        "about": criteria.model_dump(mode="json"),
        "definitions": {
            code: {"title": MEANINGS[code].title, "definition": MEANINGS[code].definition} for code in codes
        },
    }


def write_assessment(
    assessment: CapabilityAssessment,
    criteria: CapabilityCriteria,
    zone: ZoneInfo,
    *,
    csv_file: Path | None,
    html: Path | None,
    pdf: Path | None,
) -> None:
    """Write the files one after the other, each whole or not at all. Raises StoreFault, MachineLacks."""
    from orchestrator.adapters.report import capability_csv, capability_page

    forms: list[tuple[Path | None, Callable[[], str | bytes]]] = [
        (csv_file, lambda: capability_csv.csv_assessment(assessment, criteria)),
        (html, lambda: capability_page.html_assessment(assessment, criteria, zone)),
        (pdf, lambda: _pdf(assessment, criteria)),
    ]
    for path, content in forms:
        if path is None:
            continue
        made = content()
        if str(path) == "-":
            click.echo(made, nl=False)
        else:
            write_whole(path, made)
            click.echo(f"The assessment is in {path}", err=True)


def _pdf(assessment: CapabilityAssessment, criteria: CapabilityCriteria) -> bytes:
    from orchestrator.adapters.report.capability_document import assessment_document
    from orchestrator.adapters.report.pdf import pdf_of

    return pdf_of(assessment_document(assessment, criteria))
