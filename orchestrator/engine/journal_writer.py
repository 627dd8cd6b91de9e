"""Reads and appends to the journal of one deployment, on behalf of its driver."""

from collections.abc import Sequence

from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.events import DriverTook, Event, Recorded
from orchestrator.domain.journal.lifecycle import after
from orchestrator.engine.lookup.snapshots import folded, worth_keeping
from orchestrator.engine.ports import Journal, Watcher
from orchestrator.errors import Conflict, TakenOver
from orchestrator.policy.cmdb.update import learnt

RETRIES = 50


class JournalWriter:
    """Appends to one deployment's journal and keeps its fold up to date; the watcher sees every new event in order."""

    def __init__(self, journal: Journal, deployment: str, watch: Watcher, driver: str) -> None:
        self._journal = journal
        self._watch = watch
        self._driver = driver
        self._id = deployment
        self.deployment: Deployment = folded(journal, deployment)
        """The deployment after the last event that was read."""
        self._proved: list[tuple[Recorded, Deployment]] = []
        self._kept = self.deployment.seq

    def refresh(self) -> Deployment:
        """Read what others appended. Raises Conflict when another driver took over."""
        for record in self._journal.read(self._id, after=self.deployment.seq):
            self._take(record)
            if isinstance(record.event, DriverTook) and record.event.driver != self._driver:
                raise TakenOver(
                    f"{self._id} was taken over by {record.event.driver}; this process stops without touching anything."
                )
        return self.deployment

    def decide(self, event: Event) -> bool:
        """Append a decision that rests on the known events; False when others wrote first and it must be made again."""
        try:
            appended = self._journal.append(self._id, self.deployment.seq, [event], self._prove)
        except Conflict:
            self.refresh()
            return False
        for record in appended:
            self._take(record)
        return True

    def note(self, event: Event) -> bool:
        """Append a fact, which stays true whatever others wrote; False when the lifecycle no longer allows it."""
        for _ in range(RETRIES):
            if after(self.deployment.state, event.kind) is None:
                return False
            if self.decide(event):
                return True
        raise Conflict(f"{self._id}: the journal is written to by others without end; nothing was appended.")

    def _take(self, record: Recorded) -> None:
        self.deployment = self._with(self.deployment, record)
        if worth_keeping(self.deployment, self._kept, driven=True):
            self._journal.keep([self.deployment])
            self._kept = record.seq
        self._watch(record)

    def _prove(self, records: Sequence[Recorded]) -> Sequence[CmdbUpdate]:
        """Fold the records before they are appended, so that no invalid event reaches the journal. Raises LifecycleFault.

        Returns what the CMDB learns from them.
        """
        d, self._proved = self.deployment, []
        for record in records:
            d = apply(d, record)
            self._proved.append((record, d))
        return [update for record, d in self._proved for update in learnt(d, record)]

    def _with(self, d: Deployment, record: Recorded) -> Deployment:
        """The deployment after one more record; a record that `_prove` just folded is not folded again."""
        return next((proved for known, proved in self._proved if known is record), None) or apply(d, record)
