"""A journal in memory that the driver can be killed around, and that can fail."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief, brief_of
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.condensed import Condensed, condensed
from orchestrator.domain.journal.events import HOUSE, Event, Recorded
from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import DriverClaim, Journal, Progress, Proof
from orchestrator.errors import Conflict, StoreFault
from tests.simulation.storage import SimulatedStorage
from tests.simulation.world import World

APPEND = 256 << 10
"""Bytes that an append takes of a full disk: more than it is, so that ballast runs out in some seeds."""


class Killed(BaseException):
    """kill -9 of the driver: nothing after it is executed."""


class _Claim(DriverClaim, AbstractContextManager["DriverClaim"]):
    def __init__(self, claims: set[str], deployment: str) -> None:
        if deployment in claims:
            raise Conflict(f"{deployment} is driven already")
        self._claims = claims
        self._deployment = deployment
        claims.add(deployment)

    def __enter__(self) -> DriverClaim:
        return self

    def __exit__(self, *exception: object) -> None:
        self._claims.discard(self._deployment)


class SimulatedJournal(Journal):
    """Appends are all or nothing; `kill` and `fail` are the chances of a death or a store fault at an append.

    On a full disk an append takes of the ballast, and where none is left it fails. With `keeps` whoever asks where a
    deployment stands gets a fold that is as new as the journal; else each folds all of it anew.
    """

    def __init__(
        self, world: World, storage: SimulatedStorage, *, kill: float, fail: float, keeps: bool = True
    ) -> None:
        self._world = world
        self._storage = storage
        self._claims: set[str] = set()
        self.kill = kill
        self.fail = fail
        self.records: dict[str, list[Recorded]] = {}
        self.true_times: dict[tuple[str, int], datetime] = {}
        self._keeps = keeps
        self.learnt: list[CmdbUpdate] = []
        self._kept: dict[str, Deployment] = {}
        self._briefs: dict[str, Brief] = {}

    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        known = self.records.get(deployment, [])
        if len(known) != expected_seq:
            raise Conflict("somebody else wrote")
        added = [
            Recorded.of_valid(deployment=deployment, seq=expected_seq + n, at=self._world.now(), event=event)
            for n, event in enumerate(events, 1)
        ]
        learnt = proof(added) if proof is not None else ()
        no_room = not self._storage.written(APPEND, deployment)
        if no_room or self._world.struck(self.fail, "store fault"):
            raise StoreFault("no space left on device")
        if self._world.struck(self.kill / 2, "killed before an append"):
            raise Killed
        self.records[deployment] = [*known, *added]
        self.learnt += learnt
        self.true_times.update({(deployment, record.seq): self._world.true for record in added})
        self._briefs.pop(deployment, None)
        if self._world.struck(self.kill / 2, "killed after an append"):
            raise Killed
        return added

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        return self.records.get(deployment, [])[after:][:most]

    def read_raw(self, deployment: str) -> list[RawEvent]:
        return [
            RawEvent(r.at.isoformat(), r.event.kind, r.event.model_dump_json()) for r in self.read(deployment)
        ]

    def read_condensed(self, deployment: str, after: int = 0) -> list[Condensed]:
        return [condensed(record) for record in self.read(deployment, after)]

    def deployments(self) -> list[str]:
        return [name for name in reversed(self.records) if name != HOUSE]

    def attempts_beside(self) -> frozenset[str]:
        return frozenset()  # nobody restores an older copy here

    def progress(self, deployments: Sequence[str]) -> Mapping[str, Progress]:
        return {name: self._progress(name) for name in deployments if name in self.records}

    def briefs(self) -> Mapping[str, Brief]:
        for name, d in self._kept.items():
            if d.seq == len(self.records[name]) and name not in self._briefs:
                self._briefs[name] = brief_of(d)
        return dict(self._briefs)

    def keep(self, deployments: Sequence[Deployment]) -> None:
        for d in deployments:
            if self._keeps:
                self._kept[d.id] = d
                self._briefs.pop(d.id, None)

    def deployment(self, name: str) -> Deployment:
        """The deployment after all of its events. Raises NotFound when it has none."""
        return folded(self, name)

    def _progress(self, name: str) -> Progress:
        """A fold that was kept, or grown here: the same events are not folded again by whoever asks next."""
        records, kept = self.records[name], self._kept.get(name)
        if not self._keeps:
            return Progress(len(records), None)
        if kept is not None and kept.seq == len(records):
            return Progress(len(records), kept)
        for record in records[kept.seq if kept is not None else 0 :]:
            kept = apply(kept, record)
        if kept is None:
            return Progress(0, None)
        self._kept[name] = kept
        return Progress(len(records), kept)

    def drive_alone(self, deployment: str) -> DriverClaim:
        return _Claim(self._claims, deployment)

    def when(self, record: Recorded) -> datetime:
        """The true time of a record, whatever the clock said."""
        return self.true_times[record.deployment, record.seq]
