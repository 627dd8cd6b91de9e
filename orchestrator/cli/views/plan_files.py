"""A plan as files for sign-off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.views.whole_file import write_whole
from orchestrator.policy.telling.words.still_asked import asked_lines
from orchestrator.policy.telling.words.strategy_words import strategy_words

if TYPE_CHECKING:
    from orchestrator.engine.use_cases.plan_answers import PlanShown


def write_plan(files: Mapping[str, Path], shown: PlanShown) -> None:
    """Write each form to its file, and say where it is. Raises StoreFault, and MachineLacks where a PDF cannot be made."""
    from orchestrator.adapters.report.document_page import html_of
    from orchestrator.adapters.report.pdf import pdf_of
    from orchestrator.adapters.report.plan_document import PlanAsked, plan_document

    lines = tuple(asked_lines(shown.asked))
    asked = PlanAsked(shown.checked, strategy_words(shown.checked), shown.ahead, shown.zone, lines)
    document = plan_document(asked, shown.now)
    for form, file in files.items():
        write_whole(file, html_of(document) if form == "html" else pdf_of(document))
        click.echo(f"The plan is in {file}")
