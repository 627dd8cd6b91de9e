"""A home of orch with journals of the corpus in it, kept by the real store."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.domain.journal.events import Recorded
from tests.fakes.clock import FakeClock
from tests.journals.corpus import recorded


class ClockOfRecords(FakeClock):
    """Shows the time that the next record was written at."""

    def show(self, moment: datetime) -> None:
        self._now = moment


def keep(home: Path, deployment: str, records: Sequence[Recorded], *, sealed: bool = False) -> None:
    """Write records into the journal of a home, under this id, each at its own time; `sealed`: with keys of this home."""
    clock = ClockOfRecords()
    keys = FolderSealKeys(home, clock.now) if sealed else None
    journal = SqlJournal(home, clock, seal_keys=keys)
    for record in records:
        clock.show(record.at)
        journal.append(deployment, record.seq - 1, [record.event])


def keep_named(home: Path, *names: str, sealed: bool = False) -> None:
    """Write journals of the corpus into a home, each under its name as id."""
    for name in names:
        keep(home, name, recorded(name), sealed=sealed)
