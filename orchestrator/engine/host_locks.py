"""Locks the machines of a deployment before it touches them, and unlocks them when it is over."""

from collections.abc import Mapping

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.domain.plan.machines import clone_words
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Ports
from orchestrator.errors import NotFound, StoreFault

Holder = Deployment | StoreFault | None
"""The deployment that holds a lock; the fault where it cannot be read, None where the journal does not know it."""


def lock_hosts(
    ports: Ports,
    deployment: Deployment,
    machines: Mapping[str, str],
    *,
    keys: Mapping[str, str] | None = None,
) -> list[str]:
    """Lock all machines, or none: then one line for each machine that another deployment holds.

    `keys`: SHA-256 of the host keys by host, which show a clone of the machine that is held.
    """
    held = held_by_others(ports, deployment, machines)
    return [_refusal(lock, _holder(ports, lock.deployment), machines, keys or {}) for lock in held]


def held_by_others(ports: Ports, deployment: Deployment, machines: Mapping[str, str]) -> list[HostLock]:
    """Lock all machines, or none and return the locks of others."""
    held = ports.locks.take(deployment.id, machines, deployment.by)
    # A driver can die after the last event and before it unlocks: a deployment that is over holds nothing.
    for name in {lock.deployment for lock in held}:
        if _is_over(_holder(ports, name)):
            ports.locks.give_back(name)
    return ports.locks.take(deployment.id, machines, deployment.by) if held else []


def give_back(ports: Ports, deployment: Deployment) -> None:
    """Unlock the machines of a deployment that is over."""
    if deployment.over:
        ports.locks.give_back(deployment.id)


def _holder(ports: Ports, name: str) -> Holder:
    try:
        return folded(ports.journal, name)
    except NotFound:
        return None
    except StoreFault as fault:
        return fault


def _is_over(holder: Holder) -> bool:
    """Whether nothing holds the lock any more. One that cannot be read may be at work: it keeps what it holds."""
    return holder is None or (isinstance(holder, Deployment) and holder.over)


def _refusal(lock: HostLock, holder: Holder, machines: Mapping[str, str], keys: Mapping[str, str]) -> str:
    host = machines[lock.machine]
    held = f"{host} is held by {lock.deployment} (as {lock.host}, by {lock.by}, since {lock.since:%Y-%m-%d %H:%M:%S} UTC)"
    if isinstance(holder, StoreFault):
        return f"{held}, which cannot be read: {holder}"
    known = holder.preparation.host_keys.get(lock.host) if holder is not None else None
    if known and host in keys and keys[host] != known:
        return f"{held}; {host} and {lock.host} have one machine-id ({lock.machine}) and different host keys: {clone_words()}"
    return f"{held}; end that first: orch status {lock.deployment}"
