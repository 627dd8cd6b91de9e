"""How a command that drives a deployment ends: by where the deployment stands (docs/exit-codes.md)."""

from orchestrator.domain.deployment import Deployment
from orchestrator.domain.lifecycle import State
from orchestrator.errors import ExitCode
from orchestrator.policy.rehearsal_verdict import faults_of_part

_CODES: dict[State, ExitCode] = {
    State.COMPLETED: ExitCode.COMPLETED,
    State.COMPLETED_WITH_EXCEPTIONS: ExitCode.COMPLETED_WITH_EXCEPTIONS,
    State.BACKED_OUT: ExitCode.BACKED_OUT,
    State.BACKED_OUT_WITH_RESIDUE: ExitCode.BACKED_OUT_WITH_RESIDUE,
    State.BACKOUT_FAILED: ExitCode.BACKOUT_FAILED,
    State.REFUSED: ExitCode.REFUSED,
    State.CANCELLED: ExitCode.CANCELLED,
}


def exit_code_of(d: Deployment) -> ExitCode:
    """The code of the end it came to; one that has not ended waits for a person.

    A rehearsal is taken back when it goes well; where nothing is against it, what was asked is done.
    """
    if d.rehearsing.rehearsal is not None and not faults_of_part(d):
        return ExitCode.COMPLETED
    return _CODES.get(d.state, ExitCode.HELD)
