"""Entry criteria of a wave, asked on its hosts before they are touched (ISO/IEC TR 20000-5, 7)."""

from orchestrator.domain.journal.events import EntryChecked
from orchestrator.engine.drive_context import Work
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.acceptance import completed


def perform(work: Work, step: Perform) -> None:
    """Ask the wave's entry checks."""
    checks = work.deployment.waves[step.wave].entry
    results = work.ports.targets.verify(work.targets(step.hosts), checks, work.project)
    work.chronicle.note(EntryChecked(wave=step.wave, results=tuple(completed(results, step.hosts, checks))))
