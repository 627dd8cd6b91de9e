"""How long private copies are kept: as long as a deployment can still run from them (docs/adr/0017)."""

from datetime import datetime, timedelta

from orchestrator.domain.deployment import Deployment
from orchestrator.domain.lifecycle import State
from orchestrator.engine.folding import folded
from orchestrator.engine.ports import Ports
from orchestrator.errors import NotFound

KEPT = timedelta(days=90)
"""After the end of a deployment that could still be rolled back. A rollback after that copies the project anew."""

NOTHING_TOUCHED = frozenset({State.REFUSED, State.CANCELLED})


def discard_old(ports: Ports, deployment: Deployment) -> None:
    """When a deployment is over: its copy, and every other that nothing can run from any more or that is old."""
    if not deployment.over:
        return
    now = ports.clock.now()
    for name in ports.authority.copies():
        if _done_with(ports, name, now):
            ports.authority.discard(name)


def _done_with(ports: Ports, name: str, now: datetime) -> bool:
    try:
        d = folded(ports.journal, name)
    except NotFound:
        return False  # another home's, or one that is being made
    return d.over and (_nothing_to_take_back(d) or d.last_at + KEPT < now)


def _nothing_to_take_back(d: Deployment) -> bool:
    """What was backed out on a part of its hosts can be rolled back on the others."""
    return d.state in NOTHING_TOUCHED or (d.state is State.BACKED_OUT and not d.unrestored_hosts)
