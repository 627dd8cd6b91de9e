"""Which versions of models and policies deployments of this store have used live."""

from collections.abc import Container, Iterable

from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import Planned
from orchestrator.domain.rules.document_on_record import DocumentOnRecord
from orchestrator.domain.rules.environment import class_known
from orchestrator.domain.rules.live_use import is_live_use, versions_of
from orchestrator.engine.lookup.snapshots import briefs
from orchestrator.engine.ports import Journal


def used_live(others: Iterable[Brief]) -> frozenset[str]:
    """The versions that these deployments used live."""
    return frozenset(version for other in others for version in other.used_live)


def marked(journal: Journal, event: Planned) -> tuple[DocumentOnRecord, ...]:
    """The documents of a new deployment; those marked whose version nobody has used live before it."""
    known = class_known(event.environment, unknown=event.environment_unknown)
    live = is_live_use(known, event.policy, rehearsal=event.rehearsal is not None)
    if not live or not event.documents:
        return event.documents
    new = set(versions_of(event.policy, event.model)) - used_live(briefs(journal))
    return first_marked(event.documents, new)


def first_marked(documents: Iterable[DocumentOnRecord], new: Container[str]) -> tuple[DocumentOnRecord, ...]:
    """The documents, marked where their version is among these."""
    return tuple(each.model_copy(update={"first_live_use": each.used_as in new}) for each in documents)
