"""Quiet after an unclean end: tasks of a run can outlive it on the hosts and would race whatever comes next."""

from orchestrator.domain.check import OtherDeploymentCheck
from orchestrator.domain.events import Quiesced
from orchestrator.engine.work import Work
from orchestrator.policy.steps import Perform

PATIENCE = 30.0
"""Seconds that a remote task is given to end by itself."""


def perform(work: Work, step: Perform) -> None:
    """See that no process of the run is left on its hosts; busy and unreachable ones are named on the journal."""
    check = OtherDeploymentCheck(within=PATIENCE)
    results = work.ports.targets.verify(work.targets(step.hosts), [check], work.project)
    asked = [result for result in results if result.kind == check.kind]
    quiet = {result.host for result in asked if result.answer == "passed"}
    busy = tuple(host for host in step.hosts if any(r.host == host and r.answer == "failed" for r in asked))
    unreachable = tuple(host for host in step.hosts if host not in quiet and host not in busy)
    work.chronicle.note(Quiesced(attempt=step.attempt, busy=busy, unreachable=unreachable))
