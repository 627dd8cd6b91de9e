"""Attempts that the journal does not know: it was restored from an older copy, and what they did is on no record."""

import shlex
from collections.abc import Sequence

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.lookup.disposed import disposed
from orchestrator.engine.ports import Journal, Ports
from orchestrator.errors import StoreFault

_MOST = 3


def refuse_lost_history(ports: Ports) -> None:
    """Raises StoreFault where attempts are of deployments that are not on the journal: each was there before its attempt."""
    lost = _lost(ports.journal)
    if lost:
        raise StoreFault(f"Nothing was started. {_of_deployments(ports, lost)}")


def refuse_lost_attempts(ports: Ports, d: Deployment) -> None:
    """Raises StoreFault where the deployment has attempts that its journal does not know: each was intended before it began."""
    lost = _lost_of(ports.journal, d)
    if lost:
        raise StoreFault(f"{d.id} does not go on. {_of_attempts(ports, d, lost)}")


def refuse_if_lost(ports: Ports, deployment: str, *, exactly: bool = False) -> None:
    """Raises StoreFault where a deployment whose id begins so left attempts, and is not on the journal.

    `exactly`: where this is its whole id.
    """
    lost = [
        name
        for name in _lost(ports.journal)
        if (_deployment_of(name) == deployment if exactly else name.startswith(deployment))
    ]
    if lost:
        raise StoreFault(_of_deployments(ports, lost))


def lost_history_words(ports: Ports, d: Deployment | None = None) -> list[str]:
    """Lines for people who look, at this deployment or at all; none where the journal knows every attempt."""
    lost = _lost(ports.journal)
    own = _lost_of(ports.journal, d) if d is not None else []
    deployments = [_of_deployments(ports, lost)] if lost else []
    return [*deployments, *([_of_attempts(ports, d, own)] if d is not None and own else [])]


def _lost(journal: Journal) -> list[str]:
    attempts = journal.attempts_beside()
    known = {*journal.deployments(), *disposed(journal)} if attempts else set()
    return sorted(name for name in attempts if _deployment_of(name) not in known)


def _lost_of(journal: Journal, d: Deployment) -> list[str]:
    known = {attempt.attempt for attempt in d.attempts}
    own = (name for name in journal.attempts_beside() if _deployment_of(name) == d.id)
    return sorted(name for name in own if name not in known)


def _deployment_of(attempt: str) -> str:
    return attempt.rpartition(".")[0]


def _of_deployments(ports: Ports, lost: Sequence[str]) -> str:
    return (
        f"The journal does not know the deployments of {_listed(lost)}, so it is an older copy, and their machines may be "
        "half done. Restore the newest copy. To go on without them, look after their hosts, then set aside what they left: "
        f"{_set_aside(ports, lost)}"
    )


def _of_attempts(ports: Ports, d: Deployment, lost: Sequence[str]) -> str:
    return (
        f"The journal does not know {_listed(lost)}, so it is an older copy, and what those runs did is on no record. Restore "
        f"the newest copy. To go on without it, look after the hosts of {d.id}, then set aside what the runs left: "
        f"{_set_aside(ports, lost)}"
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _set_aside(ports: Ports, names: Sequence[str]) -> str:
    """A command that renames what attempts left, so that it is an attempt's no longer; those that are named, at a time."""
    which = " -o ".join(f"-name {shlex.quote(name)}" for name in names[:_MOST])
    return f"find {shlex.quote(ports.storage.place)} -maxdepth 2 \\( {which} \\) -exec mv {{}} {{}}.lost ';'"
