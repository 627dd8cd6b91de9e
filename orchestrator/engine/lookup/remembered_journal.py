"""A journal of which a long-lived process remembers folds and briefs, for as long as the log says that they still hold."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import RLock

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief, brief_of
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.journal.disposals import disposals_in
from orchestrator.domain.journal.events import HOUSE, Event, Recorded
from orchestrator.domain.journal.lifecycle import LifecycleFault
from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.engine.journal_changes import Changes, Position
from orchestrator.engine.lease_ports import LeaseSeen
from orchestrator.engine.lookup.snapshots import folded_after, worth_keeping
from orchestrator.engine.ports import DriverClaim, Journal, Progress, Proof
from orchestrator.errors import NotFound, StoreFault

MOST_FOLDS, MOST_HOSTS = 200, 40_000
"""Folds in memory, and their hosts in all; those that were asked for last stay."""
_DAMAGED = (LifecycleFault, LookupError, ValueError, TypeError, AttributeError, StopIteration)


class RememberedJournal(Journal):
    """The same journal. Each question asks the log first what came since, so that no answer is older than the question.

    What is read while another thread finds that more came is answered, and not remembered. While a disposal is begun and not
    finished nothing is remembered, for erased events leave the log as it is. Several threads may ask at once.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = RLock()
        self._position: Position | None = None
        self._remembers = False
        self._looks = 0
        self._names: list[str] | None = None
        self._house: list[Recorded] | None = None
        self._briefs: dict[str, Brief] = {}
        self._all_briefs = False
        self._folds: OrderedDict[str, Deployment] = OrderedDict()
        self._older: set[str] = set()
        self._kept: dict[str, int] = {}

    @property
    def folds_here(self) -> int:
        """How many folds are in memory."""
        return len(self._folds)

    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        """See the port."""
        return self._journal.append(deployment, expected_seq, events, proof)

    def changes(self, since: Position | None) -> Changes | None:
        """See the port."""
        return self._journal.changes(since)

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        """See the port. The journal of the house, which most questions ask for, is read once."""
        if deployment != HOUSE:
            return self._journal.read(deployment, after, most=most)
        look = self._catch_up()
        with self._lock:
            house = self._house
        if house is None:
            house = self._journal.read(HOUSE)
            with self._lock:
                if self._may_keep(look):
                    self._house = house
        return house[after:][:most]

    def read_raw(self, deployment: str) -> list[RawEvent]:
        """See the port."""
        return self._journal.read_raw(deployment)

    def read_condensed(self, deployment: str, after: int = 0) -> list[Condensed]:
        """See the port."""
        return self._journal.read_condensed(deployment, after)

    def deployments(self) -> list[str]:
        """See the port."""
        look = self._catch_up()
        with self._lock:
            names = self._names
        if names is None:
            names = self._journal.deployments()
            with self._lock:
                if self._may_keep(look):
                    self._names = names
        return list(names)

    def attempts_beside(self) -> frozenset[str]:
        """See the port."""
        return self._journal.attempts_beside()

    def briefs(self) -> Mapping[str, Brief]:
        """See the port."""
        look = self._catch_up()
        with self._lock:
            known = dict(self._briefs) if self._all_briefs else None
        if known is None:
            known = dict(self._journal.briefs())
            with self._lock:
                if self._may_keep(look):
                    self._briefs, self._all_briefs = known | self._briefs, True
        return known

    def progress(self, deployments: Sequence[str]) -> Mapping[str, Progress]:
        """See the port. Folds are continued here, and remembered."""
        look = self._catch_up()
        with self._lock:
            here = [self._folds[name] for name in deployments if name in self._folds]
            older = [d for d in here if d.id in self._older]
            known = {d.id: Progress(d.seq, d) for d in here if d.id not in self._older}
            for name in known:
                self._folds.move_to_end(name)
        known |= self._continued(look, older)
        rest = [name for name in deployments if name not in known]
        known |= self._read(look, rest) if rest else {}
        return known

    def keep(self, deployments: Sequence[Deployment]) -> None:
        """See the port."""
        self._journal.keep(deployments)

    def drive_alone(self, deployment: str) -> DriverClaim:
        """See the port."""
        return self._journal.drive_alone(deployment)

    def claim(self, deployment: str) -> LeaseSeen | None:
        """See the port."""
        return self._journal.claim(deployment)

    def _forget(self) -> None:
        self._names, self._house, self._all_briefs = None, None, False
        self._briefs.clear()
        self._folds.clear()
        self._older.clear()
        self._kept.clear()

    def _catch_up(self) -> int:
        """Drop what does not hold any more. The number is of the memory as it is now: who has an older one adds nothing."""
        with self._lock:
            changes = self._journal.changes(self._position)
            if changes is None:
                self._remembers = False
                return self._looks
            if changes.names is None or HOUSE in changes.names:
                self._forget()
                self._remembers = all(
                    each.finished is not None for each in disposals_in(self._journal.read(HOUSE)).values()
                )
            elif changes.names:
                self._drop(changes.names)
            if changes.names is None or changes.names:
                self._position, self._looks = changes.position, self._looks + 1
            return self._looks

    def _drop(self, names: frozenset[str]) -> None:
        if self._names is not None and not names <= set(self._names):
            self._names = None
        for name in names:
            self._briefs.pop(name, None)
        self._older |= names & self._folds.keys()

    def _may_keep(self, look: int) -> bool:
        return self._remembers and look == self._looks

    def _continued(self, look: int, older: Sequence[Deployment]) -> dict[str, Progress]:
        """These folds with the events that came since; without those that must be read anew."""
        made = {}
        for before in older:
            try:
                d = before
                for record in self._journal.read(before.id, after=before.seq):
                    d = apply(d, record)
            except (StoreFault, *_DAMAGED):
                continue
            if d.seq > before.seq:
                made[d.id] = Progress(d.seq, d)
                self._add(look, d, self._kept.get(d.id, 0))
        return made

    def _read(self, look: int, names: Sequence[str]) -> dict[str, Progress]:
        known = dict(self._journal.progress(names))
        for name, progress in known.items():
            try:
                d = folded_after(self._journal, name, progress)
            except (StoreFault, NotFound):
                continue
            known[name] = Progress(d.seq, d)
            self._add(look, d, progress.kept.seq if progress.kept is not None else 0)
        return known

    def _add(self, look: int, d: Deployment, kept: int) -> None:
        if worth_keeping(d, kept):
            self._journal.keep([d])
            kept = d.seq
        with self._lock:
            if not self._may_keep(look):
                return
            self._folds[d.id], self._kept[d.id], self._briefs[d.id] = d, kept, brief_of(d)
            self._folds.move_to_end(d.id)
            self._older.discard(d.id)
            hosts = sum(len(each.targets) for each in self._folds.values())
            while len(self._folds) > 1 and (len(self._folds) > MOST_FOLDS or hosts > MOST_HOSTS):
                _, gone = self._folds.popitem(last=False)
                hosts -= len(gone.targets)
                self._older.discard(gone.id)
                self._kept.pop(gone.id, None)
