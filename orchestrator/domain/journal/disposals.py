"""Which records were disposed of, by the journal of the house."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from orchestrator.domain.journal.events import DisposalBegun, DisposalFinished, Recorded
from orchestrator.domain.seal.findings import DisposalSeen
from orchestrator.domain.text.model_base import Moment


class Disposal(NamedTuple):
    """The disposal of one record: `number` and `at` are of the event that began it, `finished` when it was done, if it was."""

    number: int
    at: Moment
    begun: DisposalBegun
    finished: Moment | None = None

    @property
    def seen(self) -> DisposalSeen:
        """What others say of it; its certificate is named after the event that began it."""
        certificate = f"disposal-{self.number}"
        return DisposalSeen(certificate, self.begun.by, self.begun.reason, self.at, self.finished)

    @property
    def seen_as(self) -> tuple[str, DisposalSeen]:
        """The same with the id of the deployment."""
        return self.begun.deployment, self.seen


def disposals_in(house: Iterable[Recorded]) -> Mapping[str, Disposal]:
    """By the id of the deployment, in the order in which they were begun last. One that was begun anew counts as the later."""
    disposals: dict[str, Disposal] = {}
    for record in house:
        event = record.event
        if isinstance(event, DisposalBegun):
            disposals.pop(event.deployment, None)
            disposals[event.deployment] = Disposal(record.seq, record.at, event)
        elif isinstance(event, DisposalFinished):
            begun = disposals.get(event.deployment)
            if begun is not None and begun.number == event.begun:
                disposals[event.deployment] = begun._replace(finished=record.at)
    return disposals
