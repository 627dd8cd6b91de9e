"""How a command that drives a deployment ends: by where the deployment stands (docs/exit-codes.md)."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import end_of
from orchestrator.errors import ExitCode
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.telling.ends import meaning_of


def exit_code_of(d: Deployment) -> ExitCode:
    """The code of the end it came to; one that has not ended waits for a person.

    A rehearsal is taken back when it goes well; where nothing is against it, what was asked is done.
    """
    if d.rehearsing.rehearsal is not None and not faults_of_part(d):
        return ExitCode.COMPLETED
    end = end_of(d.state)
    return meaning_of(end).exit_code if end is not None else ExitCode.HELD
