"""Entry criteria of a wave, checked on its hosts before they are touched (ISO/IEC TR 20000-5, 7)."""

from orchestrator.domain.journal.events import EntryChecked
from orchestrator.engine.check_files import in_place
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.practices.dead_hosts import dead_within_limits
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.evidence.acceptance import completed


def perform(context: DriveContext, step: Perform) -> None:
    """Run the wave's entry checks; a host that is dead by then counts against the failure limits, where those allow it."""
    checks = in_place(context.deployment, context.deployment.waves[step.wave].entry)
    targets = context.targets(step.hosts)
    results = context.hosts.verify(targets, checks, context.project)
    dead = dead_within_limits(context, context.hosts, targets).allowed
    kept = [result for result in completed(results, targets, checks) if result.host not in dead]
    context.journal.note(EntryChecked(wave=step.wave, results=tuple(kept), unreached=dead))
