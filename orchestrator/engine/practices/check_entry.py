"""Entry criteria of a wave, checked on its hosts before they are touched (ISO/IEC TR 20000-5, 7)."""

from orchestrator.domain.journal.events import EntryChecked
from orchestrator.engine.check_files import in_place
from orchestrator.engine.drive_context import DriveContext
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.acceptance import completed


def perform(context: DriveContext, step: Perform) -> None:
    """Run the wave's entry checks."""
    checks = in_place(context.deployment, context.deployment.waves[step.wave].entry)
    targets = context.targets(step.hosts)
    results = context.hosts.verify(targets, checks, context.project)
    context.journal.note(EntryChecked(wave=step.wave, results=tuple(completed(results, targets, checks))))
