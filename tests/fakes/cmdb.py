"""The CMDB beside a journal in memory."""

from collections.abc import Sequence

from orchestrator.domain.cmdb.facts import CiKind, CmdbUpdate
from orchestrator.domain.cmdb.outside import OutsideTry
from orchestrator.domain.journal.lifecycle import ENDS_ON_HOSTS
from orchestrator.engine.cmdb_ports import CmdbStore, EndOnRecord
from tests.fakes.journal import FakeJournal


class FakeCmdb(CmdbStore):
    """What the journal learnt with its events."""

    def __init__(self, journal: FakeJournal) -> None:
        self._journal = journal
        self._tries: dict[tuple[str, str, int], OutsideTry] = {}

    def updates(self, *, kind: CiKind | None = None) -> Sequence[CmdbUpdate]:
        ordered = sorted(self._journal.learnt, key=lambda each: (each.deployment, each.seq))
        return [
            each.model_copy(update={"facts": tuple(f for f in each.facts if kind in (None, f.kind))})
            for each in ordered
        ]

    def lacking(self) -> Sequence[EndOnRecord]:
        known = {(each.deployment, each.seq) for each in self._journal.learnt}
        return [
            EndOnRecord(name, record.seq)
            for name in sorted(self._journal.deployments())
            for record in self._journal.read(name)
            if record.event.kind in ENDS_ON_HOSTS and (name, record.seq) not in known
        ]

    def add(self, updates: Sequence[CmdbUpdate]) -> None:
        known = {(each.deployment, each.seq) for each in self._journal.learnt}
        self._journal.learnt += [each for each in updates if (each.deployment, each.seq) not in known]

    def replace(self, updates: Sequence[CmdbUpdate]) -> None:
        self._journal.learnt = list(updates)

    def tries(self) -> Sequence[OutsideTry]:
        return list(self._tries.values())

    def note(self, tries: Sequence[OutsideTry]) -> None:
        self._tries |= {(each.outside, each.deployment, each.seq): each for each in tries}
