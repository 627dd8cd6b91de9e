"""The look before a backout: a host that equals its baseline already needs no run of the playbook."""

from contextlib import closing

from orchestrator.domain.journal.events import BackoutCompared
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.practices import look_for_processes
from orchestrator.engine.practices.prove_restoration import compare_with_baseline
from orchestrator.policy.course.own_processes import search_after_deploy
from orchestrator.policy.course.steps import Perform


def perform(context: DriveContext, step: Perform) -> None:
    """Capture and compare once, with nothing settled: a host that differs now, or cannot be compared, gets its run.

    So does one where something of a deploy attempt lives, which could change the host after the look. It is ended after
    the playbook, which may know better how.
    """
    with closing(context.hosts.stay(search_after_deploy(context.deployment))) as targets:
        compared = compare_with_baseline(context, step.hosts, targets)
        at_work = look_for_processes.against(context, targets, step.hosts)
    not_compared = at_work | dict(compared.not_compared)
    differing = {difference.host for difference in compared.differences} | set(not_compared)
    context.journal.note(
        BackoutCompared(
            equal=tuple(each for each in compared.baselines if each.host not in differing),
            differing=tuple(host for host in step.hosts if host in differing and host not in not_compared),
            not_compared=not_compared,
        )
    )
