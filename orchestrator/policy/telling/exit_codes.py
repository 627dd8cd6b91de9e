"""Exit codes of commands that drive a deployment (docs/exit-codes.md)."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import end_of
from orchestrator.errors import ExitCode
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.telling.ends import meaning_of


def exit_code_of(d: Deployment) -> ExitCode:
    """The exit code for a deployment. One that has not ended waits for a person.

    A successful rehearsal ends backed out, and still counts as completed.
    """
    if d.rehearsing.rehearsal is not None and not faults_of_part(d):
        return ExitCode.COMPLETED
    end = end_of(d.state)
    return meaning_of(end).exit_code if end is not None else ExitCode.HELD
