"""Finds the deployment that a person means, and its present state."""

from collections.abc import Sequence

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED
from orchestrator.engine.lookup.deployment_names import LENGTH_OF_DATE, stem_of
from orchestrator.engine.lookup.disposed import disposed, refuse_disposed
from orchestrator.engine.lookup.lost_history import refuse_if_lost
from orchestrator.engine.lookup.snapshots import folded, survey
from orchestrator.engine.ports import Journal, Ports
from orchestrator.errors import NotFound, StoreFault


def find(ports: Ports, deployment: str | None) -> Deployment:
    """The deployment with this id, or whose id begins so; None means the newest open one, else the newest.

    Where several begin so, it is the only one of them that is open and no rehearsal. Where none of them is open, it is the
    only one that is no rehearsal, and of those the only one that touched a host. Whoever changes something asks
    `find_to_change`. Raises NotFound for none or several.
    """
    if deployment is None:
        return folded(ports.journal, _newest(ports.journal))
    matches = _matches(ports, deployment)
    meant = _meant(ports.journal, matches) if len(matches) > 1 else matches
    return _only(ports.journal, deployment, meant, matches)


def find_to_change(ports: Ports, deployment: str | None) -> Deployment:
    """The one that a person's word is for: by its id, or by what no other is called; None as for `find`.

    It is called by its release, by release and version, or by a beginning that reaches into its date. Rehearsals that are
    over are passed over; one that is over otherwise, or whose record was disposed of, is not: what meant it yesterday must
    not mean another today. Raises NotFound for none or several.
    """
    if deployment is None:
        return find(ports, None)
    matches = _matches(ports, deployment)
    if matches == [deployment]:
        return folded(ports.journal, deployment)
    return _only(ports.journal, deployment, _called(ports.journal, deployment, matches), matches)


def _only(journal: Journal, deployment: str, meant: Sequence[str], matches: Sequence[str]) -> Deployment:
    if len(meant) != 1 or meant[0] not in matches:
        finding = ", ".join(list(dict.fromkeys([*matches, *meant]))[:5]) or "none"
        raise NotFound(
            f"No single deployment is called {deployment or 'nothing'} (found: {finding}); `orch list` names them."
        )
    return folded(journal, meant[0])


def _matches(ports: Ports, deployment: str) -> list[str]:
    """The one with this id, else all whose ids begin so. Raises NotFound and StoreFault for one that is gone."""
    names = ports.journal.deployments()
    if deployment in names:
        return [deployment]
    # Others may begin with the whole id of one that is gone.
    refuse_disposed(ports.journal, deployment, exactly=True)
    refuse_if_lost(ports, deployment, exactly=True)
    matches = [name for name in names if deployment and name.startswith(deployment)]
    if not matches and deployment:
        refuse_disposed(ports.journal, deployment)
        refuse_if_lost(ports, deployment)
    return matches


def _called(journal: Journal, deployment: str, matches: Sequence[str]) -> Sequence[str]:
    """Those that are called so; all that begin so where one of them cannot be read."""
    briefs = [brief for brief in survey(journal).briefs if brief.id in matches]
    if len(briefs) < len(matches):
        return matches
    called = [each for each in briefs if _is_called(deployment, each.id, each.release, each.version)]
    counted = [each for each in called if not (each.rehearsal and each.over)] or called
    gone = [each.begun for each in disposed(journal).values()]
    return [
        *(each.id for each in counted),
        *(e.deployment for e in gone if _is_called(deployment, e.deployment, e.release, e.version)),
    ]


def _is_called(text: str, name: str, release: str, version: str) -> bool:
    """Not by the whole id of another: a second one within its second is called after it."""
    stem = stem_of(release, version)
    into_date = len(stem) + 1 < len(text) < len(stem) + LENGTH_OF_DATE
    return text in {release, stem} or (into_date and name.startswith(text))


def _meant(journal: Journal, matches: Sequence[str]) -> Sequence[str]:
    """Those of them that a person means who gives their common beginning; all of them where one cannot be read."""
    own: list[Brief] = [brief for brief in survey(journal).briefs if brief.id in matches]
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
