"""Retention of private copies: as long as the records of their deployments (docs/adr/0017)."""

from contextlib import suppress
from datetime import datetime, timedelta

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED
from orchestrator.domain.text.command_word import command_word
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.errors import MachineLacks, NotFound

KEPT = timedelta(days=90)
"""How long the copy of an ended deployment under no policy is kept. A later rollback copies the project again."""
BESIDE = ".backout-"
"""Between a deployment's name and a number: the copy of another backout playbook's tree."""
LONGEST = 100 * 365 * 86400.0
"""Seconds; a longer retention is kept so long."""


def have_copy(ports: Ports, d: Deployment) -> None:
    """Fetch the private copy that another machine made. Raises MachineLacks, Refused, StoreFault.

    What it holds is compared with what was approved before each attempt, as that of any copy. One that is nowhere is told of
    then, and can be made anew by a retry.
    """
    copy = d.private_copy
    if d.over or copy.folder is None or not copy.archive or d.id in ports.authority.copies():
        return
    if copy.folder != ports.authority.place_of(d.id):
        if ports.project_files.kind_anywhere(folder(d.project), copy.folder) == "directory":
            return
        home = folder(copy.folder).parent.parent
        raise MachineLacks(
            f"{d.id} runs from {copy.folder}, and this home has its copies elsewhere. Drive it with a home at the same "
            f"path: ORCH_HOME={command_word(str(home))}; the files in it need not be shared."
        )
    with suppress(NotFound):
        ports.authority.arrive(
            d.id, d.plan, folder(d.project), lambda place: ports.shared_copies.unpack(copy.archive, place)
        )


def discard_old(ports: Ports, deployment: Deployment) -> None:
    """Once this deployment is over, discard every copy from which nothing ran, or that is too old."""
    if not deployment.over:
        return
    if deployment.private_copy.archive:
        ports.shared_copies.forget(deployment.private_copy.archive)
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
