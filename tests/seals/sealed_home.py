"""A home with a few sealed deployments, to damage."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.domain.journal import events as e
from orchestrator.domain.seal.findings import SealLook
from tests.fakes.clock import FakeClock
from tests.histories import ready_to_deploy


@dataclass(frozen=True)
class SealedHome:
    """A home below a folder; each call opens it anew, as another process would."""

    place: Path

    @contextmanager
    def journal(self, keys: FolderSealKeys | None = None) -> Iterator[SqlJournal]:
        opened = SqlJournal(self.place, FakeClock(), seal_keys=keys or self.keys())
        try:
            yield opened
        finally:
            opened.close()

    def keys(self) -> FolderSealKeys:
        return FolderSealKeys(self.place, FakeClock().now)

    def look(self, deployment: str = "d1") -> SealLook:
        with self.journal() as journal:
            return self.seals(journal).look(deployment)

    def seals(self, journal: SqlJournal) -> SqlSeals:
        return SqlSeals(journal.database, self.keys(), FakeClock())

    def by_hand(self, *statements: str) -> None:
        """What somebody does with `sqlite3 journal.sqlite`."""
        with closing(sqlite3.connect(self.place / "journal.sqlite")) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def append(self, deployment: str, *events: e.Event) -> None:
        with self.journal() as journal:
            journal.append(deployment, len(journal.read(deployment)), events)

    def codes(self, deployment: str = "d1") -> list[tuple[str, int]]:
        """What is found of it: code and number of event."""
        return [(finding.code, finding.event) for finding in self.look(deployment).findings]


def sealed_home(place: Path, deployments: int = 3, words: int = 5) -> SealedHome:
    """A home whose deployments are planned and then paused and resumed a few times."""
    home = SealedHome(place)
    with home.journal() as journal:
        spoken = [e.Paused(by="ann", reason=f"tea {n}") for n in range(words)]
        for number in range(1, deployments + 1):
            for seq, event in enumerate([*ready_to_deploy(), *spoken]):
                journal.append(f"d{number}", seq, [event])
    return home
