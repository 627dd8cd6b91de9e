"""The look before a backout: a host that equals its baseline already needs no run of the playbook."""

from orchestrator.domain.journal.events import BackoutCompared
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.practices.prove_restoration import compare_with_baseline
from orchestrator.policy.course.steps import Perform


def perform(context: DriveContext, step: Perform) -> None:
    """Capture and compare once, with nothing settled: a host that differs now, or cannot be compared, gets its run."""
    compared = compare_with_baseline(context, step.hosts)
    differing = {difference.host for difference in compared.differences} | set(compared.not_compared)
    context.journal.note(
        BackoutCompared(
            equal=tuple(each for each in compared.baselines if each.host not in differing),
            differing=tuple(
                host for host in step.hosts if host in differing and host not in compared.not_compared
            ),
            not_compared=compared.not_compared,
        )
    )
