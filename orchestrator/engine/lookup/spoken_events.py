"""The events of a deployment as far as people spoke in them: long lists of hosts and of checks are not read."""

from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.ports import Journal


def spoken_events(journal: Journal, deployment: str) -> list[Recorded]:
    """Every event, in order. One in which a person speaks or signs is whole; others lack what is as expected.

    Raises StoreFault.
    """
    return [
        Recorded.of_valid(deployment=deployment, seq=short.seq, at=short.at, event=short.event)
        for short in journal.read_condensed(deployment)
    ]
