"""The answers of all checks of a deployment as CSV (RFC 4180), for spreadsheets: a line each, and no cell is a formula."""

import csv
import io
from collections.abc import Iterator, Sequence

from orchestrator.adapters.report.evidence import Evidence
from orchestrator.adapters.report.legible import one_line
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.plan.check import CheckResult
from orchestrator.policy.telling.timeline import StoryStep
from orchestrator.policy.telling.timeline_builder import story_of

COLUMNS = (
    "deployment", "release", "version", "environment", "step", "wave", "began", "ended", "host", "answer", "kind", "check",
    "expected", "found", "seconds",
)  # fmt: skip
BEGINS_A_FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula, also in full width (OWASP, CSV injection)."""


def csv_checks(records: Sequence[Recorded]) -> str:
    """Every answer that the journal keeps, those that are not a pass first in each step.

    Raises LifecycleFault if it is not a deployment's journal.
    """
    d, evidence = fold(records), Evidence(records)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for step in story_of(records, d).steps:
        writer.writerows(_row(d, step, answer) for answer in evidence.answers(step))
    return text.getvalue()


def inert(text: str) -> str:
    """Text that no spreadsheet calculates: an apostrophe stands before what would begin a formula."""
    line = one_line(text)
    return f"'{line}" if line.startswith(BEGINS_A_FORMULA) else line


def _row(d: Deployment, step: StoryStep, answer: CheckResult) -> Iterator[str]:
    release = d.plan.release
    wave = d.waves[step.wave].name if step.wave is not None else ""
    texts = (d.id, release.name, release.version, d.plan.resources.environment, step.name, wave)
    ended = step.ended.isoformat() if step.ended is not None else ""
    yield from map(inert, (*texts, step.began.isoformat(), ended))
    yield from map(
        inert, (answer.host, answer.answer, answer.kind, answer.title, answer.expected, answer.found)
    )
    yield f"{answer.seconds:.3f}"
