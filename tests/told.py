"""What a journal that keeps folds is given, made from events alone."""

from collections.abc import Iterable

from orchestrator.domain.events import Recorded
from orchestrator.engine.folding import with_record
from orchestrator.engine.ports import Told


def told_of(records: Iterable[Recorded]) -> Told:
    """The deployment and its story after these events."""
    told: Told | None = None
    for record in records:
        told = with_record(told, record)
    assert told is not None
    return told
