"""Whether the machines that answered a run's tasks are those that its hosts were when their baselines were captured."""

from collections.abc import Iterable

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.run_evidence import HostEvidence, Session


def answered_elsewhere(request: AttemptRequest, seen: HostEvidence) -> Session | None:
    """The first session of a host's tasks in which another machine answered; None where there is none.

    A session is held to the host at whose place it was: a task that was delegated, or led elsewhere, to that host's machine.
    Before the host accepted the run nothing of the playbook is run there: the fence says which machine it is.
    """
    if seen.fence == "machine":
        return None
    return next((each for each in seen.sessions if is_another(request, each)), None)


def is_another(request: AttemptRequest, session: Session) -> bool:
    """Whether a machine answered that is not the one which was at this place; of an unknown place nobody knows."""
    expected = request.machine_ids.get(session.where)
    return expected is not None and session.machine != expected


def machines_in_words(request: AttemptRequest, session: Session) -> str:
    """Which machine answered, and which was expected."""
    expected = request.machine_ids[session.where]
    which = f"machine {session.machine}" if session.machine else "a machine that does not say which one it is"
    was = f"{session.where} was machine {expected} when its baseline was captured"
    return f"task '{session.task}' was answered by {which} at {session.place}, and {was}"


def machines_moved(request: AttemptRequest, hosts: Iterable[HostEvidence]) -> Iterable[str]:
    """A fault for each place at which another machine answered: what a run did there is on no host of the deployment."""
    moved = {
        session.where: machines_in_words(request, session)
        for seen in hosts
        if (session := answered_elsewhere(request, seen)) is not None
    }
    return moved.values()
