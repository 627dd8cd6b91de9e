"""Looks at the seals of the records that a start rests on, and of no others."""

from collections.abc import Iterable, Mapping, Sequence

from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.live_use import versions_of
from orchestrator.domain.seal.findings import SealFinding
from orchestrator.domain.text.names import same_name
from orchestrator.engine.lookup.seal_check import not_accepted
from orchestrator.engine.ports import Ports

MOST = 3
"""Earlier successes, and live uses of a version, that are looked at: the newest of them. One that is intact is enough."""


def live_uses(others: Iterable[Brief], d: Deployment) -> dict[str, tuple[str, ...]]:
    """The newest deployments that used the versions of policy and model live, by version."""
    versions = versions_of(d.authority.policy, d.authority.model)
    uses = {version: [other.id for other in others if version in other.used_live] for version in versions}
    return {version: tuple(names[:MOST]) for version, names in uses.items() if names}


def broken_basis(
    ports: Ports, d: Deployment, others: Sequence[Brief], certificates: Sequence[PresentedCertificate]
) -> Mapping[str, tuple[SealFinding, ...]]:
    """What nobody accepted of the records that a start may rest on, by deployment; the house is one of them."""
    here = {other.id for other in others}
    rehearsals = {name for each in certificates for name in each.signed.certificate.deployments}
    uses = {name for names in live_uses(others, d).values() for name in names}
    names = sorted({d.id, HOUSE, *(rehearsals & here), *uses, *_successes(d, others)})
    looks = {look.deployment: not_accepted(ports, look) for look in ports.seals.looks(names)}
    return {name: findings for name, findings in looks.items() if findings}


def _successes(d: Deployment, others: Sequence[Brief]) -> list[str]:
    """The newest successes that the flow of the model may rest on."""
    model = d.authority.model
    before = model.before(d.plan.resources.environment) if model is not None else None
    if before is None:
        return []
    release = d.plan.release
    return [
        other.id
        for other in others
        if other.state is State.COMPLETED
        and same_name(other.environment, before)
        and same_name(other.release, release.name)
        and other.version == release.version
    ][:MOST]
