"""What happens before the first host is touched: verification and baseline, or why the deployment ended there."""

from collections.abc import Sequence
from typing import NamedTuple, TypeGuard, get_args

from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.components_on import ComponentsOn
from orchestrator.domain.evidence.unit_evidence import UnitEvidence
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.model_base import Many, Noun
from orchestrator.domain.text.selection import selects


class ExpectedOn(NamedTuple):
    """Hosts, and the digests by path that each of them must hold."""

    targets: tuple[Target, ...]
    digests: dict[str, str]


class Preparation(Noun):
    """Digests of the release units and of what hosts must hold, what was seen of each unit, the hosts' keys when they were
    verified, and the baselines.

    `refusals` are the reasons of a refusal, and `causes` the same without hosts. `cancelled` says who cancelled the
    deployment, and why.
    """

    digests: dict[str, str] = {}
    on_target: dict[str, str] = {}
    on_some: Many[ComponentsOn] = ()
    units: Many[UnitEvidence] = ()
    host_keys: dict[str, str] = {}
    baselines: dict[str, BaselineReference] = {}
    refusals: Many[str] = ()
    causes: Many[str] = ()
    cancelled: str | None = None

    def expected_on(self, targets: Sequence[Target]) -> list[ExpectedOn]:
        """What these hosts must hold after the deployment, the same together; hosts of nothing are left out."""
        groups: dict[tuple[tuple[str, str], ...], list[Target]] = {}
        for target in targets:
            digests = dict(self.on_target)
            for some in self.on_some:
                if selects(some.on, target.host, target.groups):
                    digests |= some.digests
            if digests:
                groups.setdefault(tuple(digests.items()), []).append(target)
        return [ExpectedOn(tuple(hosts), dict(digests)) for digests, hosts in groups.items()]


PreparationEvent = (
    e.ComponentsVerified
    | e.EnvironmentVerified
    | e.BaselineCaptured
    | e.DeploymentRefused
    | e.Rejected
    | e.DeploymentCancelled
)
CHANGED_BY = frozenset(get_args(PreparationEvent))


def preparation_after(preparation: Preparation, event: e.Event) -> Preparation:
    """The preparation after one more event."""
    return _changed(preparation, event) if _changes(event) else preparation


def _changes(event: e.Event) -> TypeGuard[PreparationEvent]:
    return type(event) in CHANGED_BY


def _changed(preparation: Preparation, event: PreparationEvent) -> Preparation:
    match event:
        case e.ComponentsVerified(digests=digests, on_target=on_target, on_some=on_some, units=units):
            return Preparation.updated(
                preparation, digests=digests, on_target=on_target, on_some=on_some, units=units
            )
        case e.EnvironmentVerified(host_keys=host_keys):
            return Preparation.updated(preparation, host_keys=dict(host_keys))
        case e.BaselineCaptured(baselines=baselines):
            return Preparation.updated(preparation, baselines={known.host: known for known in baselines})
        case e.DeploymentRefused(reasons=reasons, causes=causes):
            return Preparation.updated(preparation, refusals=reasons, causes=causes or reasons)
        case e.Rejected(by=by, reason=reason):
            return Preparation.updated(preparation, cancelled=f"rejected by {by}: {reason}")
        case e.DeploymentCancelled(by=by, reason=reason):
            return Preparation.updated(preparation, cancelled=f"by {by}: {reason}")
