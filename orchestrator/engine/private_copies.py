"""Retention of private copies: as long as the records of their deployments (docs/adr/0017)."""

from datetime import datetime, timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.ports import Ports

KEPT = timedelta(days=90)
"""How long the copy of an ended deployment under no policy is kept. A later rollback copies the project again."""
BESIDE = ".backout-"
"""Between a deployment's name and a number: the copy of another backout playbook's tree."""
LONGEST = 100 * 365 * 86400.0
"""Seconds; a longer retention is kept so long."""


def discard_old(ports: Ports, deployment: Deployment) -> None:
    """Once this deployment is over, discard every copy from which nothing ran, or that is too old."""
    if not deployment.over:
        return
    copies = ports.authority.copies()
    if not copies:
        return
    now = ports.clock.now()
    known = {brief.id: brief for brief in briefs(ports.journal)}
    for name in copies:
        # A copy of an unknown deployment belongs to another home, or is being made.
        brief = known.get(name) or known.get(name.rpartition(BESIDE)[0])
        if brief is not None and _done_with(brief, now):
            ports.authority.discard(name)


def _done_with(brief: Brief, now: datetime) -> bool:
    return brief.over and (brief.state in NEVER_TOUCHED or brief.last_at + _kept_for(brief) < now)


def _kept_for(brief: Brief) -> timedelta:
    """As long as the policy keeps records: what ran is part of what the record tells."""
    return KEPT if brief.retention is None else timedelta(seconds=min(brief.retention, LONGEST))
