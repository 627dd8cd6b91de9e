"""Retention of private copies: as long as a deployment can still run from them (docs/adr/0017)."""

from datetime import datetime, timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, State
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.ports import Ports

KEPT = timedelta(days=90)
"""How long the copy of an ended deployment is kept for a rollback. A later rollback copies the project again."""


def discard_old(ports: Ports, deployment: Deployment) -> None:
    """Once this deployment is over, discard every copy that nothing can run from any more, or that is too old."""
    if not deployment.over:
        return
    copies = ports.authority.copies()
    if not copies:
        return
    now = ports.clock.now()
    known = {brief.id: brief for brief in briefs(ports.journal)}
    for name in copies:
        # A copy of an unknown deployment belongs to another home, or is being made.
        if name in known and _done_with(known[name], now):
            ports.authority.discard(name)


def _done_with(brief: Brief, now: datetime) -> bool:
    return brief.over and (_nothing_to_take_back(brief) or brief.last_at + KEPT < now)


def _nothing_to_take_back(brief: Brief) -> bool:
    """Whether nothing is left to roll back; a deployment that was backed out on some hosts can be rolled back on the rest."""
    return brief.state in NEVER_TOUCHED or (brief.state is State.BACKED_OUT and brief.restored)
