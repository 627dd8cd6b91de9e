"""The release policies in force in this store: from the house's journal, else from earlier deployments."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.text.names import as_read
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Journal
from orchestrator.policy.authority.policy_memory import PolicyInForce, remembered


def policies_in_force(journal: Journal, others: Sequence[Brief]) -> tuple[PolicyInForce, ...]:
    """The policies in force. `others` are deployments, newest first; this one is not among them."""
    memory = remembered(journal.read(HOUSE))
    of_house = (known for known in memory.values() if known is not None)
    return (*of_house, *_by_deployments(journal, others, memory.keys()))


def _by_deployments(journal: Journal, others: Iterable[Brief], decided: Iterable[str]) -> list[PolicyInForce]:
    """Policies that the house has not spoken of: each as the newest deployment that started under it was governed."""
    known: dict[str, PolicyInForce] = {}
    spoken_of = set(decided)
    for other in others:
        name = as_read(other.policy) if other.policy is not None else None
        if name is None or other.opened_at is None or name in spoken_of or name in known:
            continue
        d = folded(journal, other.id)
        policy = d.authority.policy
        if policy is not None:
            keyed = bool(d.authority.approvals)
            known[name] = PolicyInForce(policy, other.opened_at, other.id, d.project, keyed)
    return list(known.values())
