"""A journal in memory."""

from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter

from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief, brief_of
from orchestrator.domain.journal.condensed import Condensed, condensed
from orchestrator.domain.journal.events import HOUSE, AttemptIntended, Event, Recorded
from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.domain.text.model_base import Name
from orchestrator.engine.journal_changes import Changes, Position
from orchestrator.engine.ports import Clock, DriverClaim, Journal, Progress, Proof
from orchestrator.errors import Conflict, StoreFault, TakenOver

_NAME: TypeAdapter[str] = TypeAdapter(Name)


class FakeJournal(Journal):
    """Lists of events; with `fault` set, nothing can be appended."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: dict[str, list[Recorded]] = {}
        self._kept: dict[str, Deployment] = {}
        self._driven: set[str] = set()
        self.taken_over = ""
        self.fault: StoreFault | None = None
        self.strangers: set[str] = set()
        self.learnt: list[CmdbUpdate] = []
        self._log: list[Position] = []

    def forget(self, deployment: str) -> None:
        """As an older copy of it, which does not know this deployment yet."""
        del self._records[deployment]
        self._kept.pop(deployment, None)

    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        if self.fault is not None:
            raise self.fault
        known = self._records.get(deployment, [])
        if len(known) != expected_seq:
            raise Conflict(f"{deployment}: event {expected_seq} is not the last one.")
        now = self._clock.now()
        added = [
            Recorded(deployment=deployment, seq=seq, at=now, event=event)
            for seq, event in enumerate(events, start=expected_seq + 1)
        ]
        learnt = proof(added) if proof is not None else ()
        if added:
            self._records[deployment] = [*known, *added]
            self.learnt += learnt
            self._log.append(Position(len(self._log), deployment, added[-1].seq, added[-1].at.isoformat()))
        return added

    def changes(self, since: Position | None) -> Changes | None:
        here = self._log[-1] if self._log else Position(-1, "", 0, "")
        known = since is not None and (since.number == -1 or since in self._log)
        later = (each.of for each in self._log if since is not None and each.number > since.number)
        return Changes(here, frozenset(later) if known else None)

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        return [record for record in self._records.get(deployment, []) if record.seq > after][:most]

    def read_raw(self, deployment: str) -> list[RawEvent]:
        return [
            RawEvent(record.at.isoformat(), record.event.kind, record.event.model_dump_json())
            for record in self.read(deployment)
        ]

    def read_condensed(self, deployment: str, after: int = 0) -> list[Condensed]:
        return [condensed(record) for record in self.read(deployment, after)]

    def deployments(self) -> list[str]:
        streams = [name for name in self._records if name != HOUSE]
        return sorted(streams, key=lambda name: (self._records[name][0].at, name), reverse=True)

    def attempts_beside(self) -> frozenset[str]:
        """Those that it knows, and `strangers`, which a test adds."""
        events = (record.event for records in self._records.values() for record in records)
        own = (event.attempt for event in events if isinstance(event, AttemptIntended))
        return frozenset([*own, *self.strangers])

    def progress(self, deployments: Sequence[str]) -> Mapping[str, Progress]:
        return {
            name: Progress(self._records[name][-1].seq, self._kept.get(name))
            for name in deployments
            if name in self._records
        }

    def briefs(self) -> Mapping[str, Brief]:
        return {name: brief_of(d) for name, d in self._kept.items() if d.seq == self._records[name][-1].seq}

    def keep(self, deployments: Sequence[Deployment]) -> None:
        self._kept |= {d.id: d for d in deployments}

    def drive_alone(self, deployment: str) -> DriverClaim:
        if _NAME.validate_python(deployment) in self._driven:
            raise Conflict(f"{deployment} is driven by another process.")
        self._driven.add(deployment)
        return _Claim(self, deployment)


class _Claim(DriverClaim):
    def __init__(self, journal: FakeJournal, deployment: str) -> None:
        self._journal, self._driven = journal, journal._driven
        self._deployment = deployment

    def __enter__(self) -> DriverClaim:
        return self

    def __exit__(self, *exception: object) -> None:
        self._driven.discard(self._deployment)

    def confirm(self) -> None:
        if self._journal.taken_over:
            raise TakenOver(self._journal.taken_over)
