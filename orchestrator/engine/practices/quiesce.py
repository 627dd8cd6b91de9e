"""Quiet after an unclean end: tasks of a run can outlive it on the hosts and would race whatever comes next."""

from orchestrator.domain.deployment import Attempted, Deployment
from orchestrator.domain.events import Quiesced
from orchestrator.domain.target import Ending
from orchestrator.engine.work import Work
from orchestrator.policy.steps import Perform

PATIENCE = 30.0
"""Seconds that a remote task is given to end by itself where nobody asked for an end now."""


def perform(work: Work, step: Perform) -> None:
    """End what is left of the run on its hosts and see that it is gone; busy and unreachable ones are named."""
    patience = 0.0 if _at_once(work.deployment, step.attempt) else PATIENCE
    told = work.ports.targets.end_run(work.targets(step.hosts), step.attempt, patience)
    endings = {host: ending for host, ending in told.items() if isinstance(ending, Ending)}
    work.chronicle.note(
        Quiesced(
            attempt=step.attempt,
            busy=tuple(host for host in step.hosts if host in endings and endings[host].left),
            unreachable=tuple(host for host in step.hosts if host not in endings),
            ended=tuple(host for host in step.hosts if host in endings and endings[host].ended),
        )
    )


def _at_once(d: Deployment, name: str) -> bool:
    """An abort, an emergency stop and a run out of time end now; a lost worker's tasks may come to their own end."""
    attempt = next((a for a in d.attempts if a.attempt == name), None)
    return d.aborting is not None or d.stopped is not None or (attempt is not None and _out_of_time(attempt))


def _out_of_time(attempt: Attempted) -> bool:
    return attempt.outcome is not None and any("time" in fault for fault in attempt.outcome.faults)
