"""The look for the deployment's own processes after its attempts; a visit that is due anyway carries it where there is one."""

from orchestrator.domain.evidence.left_process import ProcessSearch
from orchestrator.domain.journal.events import ProcessesLeft
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.ports import Targets
from orchestrator.policy.course.own_processes import (
    against_proof,
    is_news,
    processes_left,
    search_after_deploy,
    search_before_proof,
)
from orchestrator.policy.course.steps import Perform


def perform(context: DriveContext, step: Perform) -> None:
    """A visit of its own, to hosts that nobody visits after their last attempt: those that failed within the limit."""
    context.journal.note(_seen(context, context.hosts, step.hosts))


def beside(context: DriveContext, targets: Targets, hosts: tuple[str, ...]) -> None:
    """The answers that came with another question of this stay, on the journal if they say anything new.

    A host that gave no answer is not looked at; what was asked beside says so, and a later look asks it again.
    """
    event = _seen(context, targets, hosts)
    silent = {host for host, cause in event.unseen.items() if cause != "processes_hidden"}
    event = event.model_copy(
        update={
            "hosts": tuple(host for host in event.hosts if host not in silent),
            "unseen": {host: cause for host, cause in event.unseen.items() if host not in silent},
        }
    )
    if is_news(context.deployment, event):
        context.journal.note(event)


def end_processes(context: DriveContext, targets: Targets, hosts: tuple[str, ...]) -> dict[str, str]:
    """The answers to the search before a proof, which ended what it could: why hosts are not proved, a sentence for each.

    `targets` is a stay with that search, over which the hosts were asked already.
    """
    return _against(context, targets, hosts, search_before_proof(context.deployment))


def against(context: DriveContext, targets: Targets, hosts: tuple[str, ...]) -> dict[str, str]:
    """The same, where nothing is to be ended."""
    return _against(context, targets, hosts, search_after_deploy(context.deployment))


def _against(
    context: DriveContext, targets: Targets, hosts: tuple[str, ...], search: ProcessSearch
) -> dict[str, str]:
    left = processes_left(hosts, targets.processes_of(context.targets(hosts), search))
    if is_news(context.deployment, left):
        context.journal.note(left)
    return against_proof(context.deployment, left)


def _seen(context: DriveContext, targets: Targets, hosts: tuple[str, ...]) -> ProcessesLeft:
    search = search_after_deploy(context.deployment)
    return processes_left(hosts, targets.processes_of(context.targets(hosts), search))
