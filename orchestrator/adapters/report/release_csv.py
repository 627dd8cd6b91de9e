"""A release through its environments as CSV (RFC 4180): a line for each deployment, and no cell is a formula."""

import csv
import io
from collections.abc import Iterator

from orchestrator.adapters.report.checks_csv import inert
from orchestrator.policy.authority.releases.release_story import ReleaseDeployment, ReleaseStory
from orchestrator.policy.authority.releases.release_words import hosts_words_of, open_words, word_words

COLUMNS = (
    "release", "version", "environment", "class", "deployment", "state", "rehearsal_for", "as_rehearsed", "planned", "began",
    "ended", "by", "hosts", "result", "decisions", "rests_on", "policy", "model", "plan_sha256", "effective_plan", "units",
    "residue", "open",
)  # fmt: skip


def csv_release(story: ReleaseStory) -> str:
    """The rows, environment by environment."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for d in story.deployments:
        writer.writerow([inert(cell) for cell in _cells(story, d)])
    return text.getvalue()


def _cells(story: ReleaseStory, d: ReleaseDeployment) -> Iterator[str]:
    yield from (story.release, story.version, d.environment, d.environment_class or "", d.id, d.state)
    yield d.rehearses or ""
    yield "" if d.as_rehearsed is None else "yes" if d.as_rehearsed else "no"
    for at in (d.planned_at, d.opened_at, d.ended_at):
        yield at.isoformat() if at is not None else ""
    yield from (d.by, hosts_words_of(d), " ".join(d.result))
    yield "; ".join(map(word_words, d.words))
    yield "; ".join(d.rests_on)
    yield from (d.policy or "", d.model or "", d.plan_sha256, d.effective or "")
    yield "; ".join(f"{unit.name} {unit.version} sha256 {unit.sha256}" for unit in d.units)
    yield "; ".join(d.residue)
    yield "; ".join(map(open_words, d.open))
