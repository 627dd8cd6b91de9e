"""Which records were disposed of, for whoever asks for one of them."""

from collections.abc import Mapping

from orchestrator.domain.journal.disposals import Disposal, disposals_in
from orchestrator.domain.journal.events import HOUSE
from orchestrator.engine.ports import Journal
from orchestrator.errors import NotFound
from orchestrator.policy.telling.words.disposal_words import disposed_line


def disposed(journal: Journal) -> Mapping[str, Disposal]:
    """By the id of the deployment: those whose events are gone, oldest first; some may not be finished."""
    begun = disposals_in(journal.read(HOUSE))
    there = set(journal.deployments()) if begun else set()
    return {name: each for name, each in begun.items() if name not in there}


def disposal_named(journal: Journal, name: str) -> Disposal | None:
    """The disposal of the deployment with this id, or the only one whose id begins so; None where there is none."""
    known = disposed(journal)
    matches = [name] if name in known else [each for each in known if each.startswith(name)]
    return known[matches[0]] if len(matches) == 1 else None


def refuse_disposed(journal: Journal, name: str, *, exactly: bool = False) -> None:
    """Raises NotFound where the record of this deployment was disposed of; `exactly`: where this is its whole id."""
    disposal = disposed(journal).get(name) if exactly else disposal_named(journal, name)
    if disposal is not None:
        line = disposed_line(disposal.begun.deployment, disposal.seen)
        raise NotFound(f"{line}. Of its seal: orch record verify {disposal.begun.deployment}")


def consumed_by_disposed(journal: Journal) -> frozenset[str]:
    """The nonces of approvals that were used up by deployments whose records were disposed of: none counts again."""
    return frozenset(nonce for each in disposed(journal).values() for nonce in each.begun.consumed)
