"""Locks the machines of a deployment before it touches them, and unlocks them when it is over."""

from collections.abc import Mapping

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Ports
from orchestrator.errors import NotFound


def lock_hosts(ports: Ports, deployment: Deployment, machines: Mapping[str, str]) -> list[str]:
    """Lock all machines, or none: then one line for each machine that another deployment holds."""
    held = ports.locks.take(deployment.id, machines, deployment.by)
    # A driver can die after the last event and before it unlocks: a deployment that is over holds nothing.
    for name in {lock.deployment for lock in held}:
        if _is_over(ports, name):
            ports.locks.give_back(name)
    if held:
        held = ports.locks.take(deployment.id, machines, deployment.by)
    return [_refusal(lock, machines) for lock in held]


def give_back(ports: Ports, deployment: Deployment) -> None:
    """Unlock the machines of a deployment that is over."""
    if deployment.over:
        ports.locks.give_back(deployment.id)


def _is_over(ports: Ports, name: str) -> bool:
    try:
        return folded(ports.journal, name).over
    except NotFound:
        return True


def _refusal(lock: HostLock, machines: Mapping[str, str]) -> str:
    return (
        f"{machines[lock.machine]} is held by {lock.deployment} (as {lock.host}, by {lock.by}, since "
        f"{lock.since:%Y-%m-%d %H:%M:%S} UTC); end that first: orch status {lock.deployment}"
    )
