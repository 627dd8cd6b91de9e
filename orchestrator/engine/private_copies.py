"""How long private copies are kept: as long as a deployment can still run from them (docs/adr/0017)."""

from datetime import datetime, timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, State
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.ports import Ports

KEPT = timedelta(days=90)
"""After the end of a deployment that could still be rolled back. A rollback after that copies the project anew."""


def discard_old(ports: Ports, deployment: Deployment) -> None:
    """When a deployment is over: its copy, and every other that nothing can run from any more or that is old."""
    if not deployment.over:
        return
    copies = ports.authority.copies()
    if not copies:
        return
    now = ports.clock.now()
    known = {brief.id: brief for brief in briefs(ports.journal)}
    for name in copies:
        # One that is not known is another home's, or being made.
        if name in known and _done_with(known[name], now):
            ports.authority.discard(name)


def _done_with(brief: Brief, now: datetime) -> bool:
    return brief.over and (_nothing_to_take_back(brief) or brief.last_at + KEPT < now)


def _nothing_to_take_back(brief: Brief) -> bool:
    """What was backed out on a part of its hosts can be rolled back on the others."""
    return brief.state in NEVER_TOUCHED or (brief.state is State.BACKED_OUT and brief.restored)
