"""Finds the deployment that a person means, and its present state."""

from collections.abc import Sequence

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED
from orchestrator.engine.lookup.disposed import refuse_disposed
from orchestrator.engine.lookup.lost_history import refuse_if_lost
from orchestrator.engine.lookup.snapshots import folded, survey
from orchestrator.engine.ports import Journal, Ports
from orchestrator.errors import NotFound, StoreFault


def find(ports: Ports, deployment: str | None) -> Deployment:
    """The deployment with this id, or whose id begins so; None means the newest open one, else the newest.

    Where several begin so, it is the only one of them that is open and no rehearsal. Where none of them is open, it is the
    only one that is no rehearsal, and of those the only one that touched a host. Raises NotFound for none or several.
    """
    if deployment is None:
        return folded(ports.journal, _newest(ports.journal))
    names = ports.journal.deployments()
    matches = [deployment] if deployment in names else [n for n in names if n.startswith(deployment)]
    if not matches:
        refuse_disposed(ports.journal, deployment)
        refuse_if_lost(ports, deployment)
    meant = _meant(ports.journal, matches) if len(matches) > 1 else matches
    if len(meant) != 1:
        finding = "none" if not matches else ", ".join(matches[:5])
        raise NotFound(
            f"No single deployment is called {deployment} (found: {finding}); `orch list` names them."
        )
    return folded(ports.journal, meant[0])


def _meant(journal: Journal, matches: Sequence[str]) -> Sequence[str]:
    """Those of them that a person means who gives their common beginning; all of them where one cannot be read."""
    own = [brief for brief in survey(journal).briefs if brief.id in matches]
    if len(own) < len(matches):
        return matches
    at_work = [brief for brief in own if not brief.over]
    begun = [brief for brief in own if not brief.rehearsal and brief.state not in NEVER_TOUCHED]
    return [brief.id for brief in at_work or begun or own if not brief.rehearsal]


def _newest(journal: Journal) -> str:
    known, unreadable = survey(journal)
    if not known and unreadable:
        name, why = next(iter(unreadable.items()))
        raise StoreFault(f"{name} cannot be read, and there is no other deployment: {why}")
    if not known:
        raise NotFound("There is no deployment yet; `orch deploy PLAN` starts one.")
    return next((brief.id for brief in known if not brief.over), known[0].id)
