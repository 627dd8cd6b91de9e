"""A deployment over the real, sealed store, whose file somebody edits while it is driven."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store import SqlJournal
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.engine.use_cases.deployment_commands import deploy, resume
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

Edit = Callable[["SealedFleet", str], None]


class SealedFleet(Fleet):
    """h1 first, then h2 and h3; `edits` are made once, right after the first event of a kind."""

    def __init__(self, home: Path, tree: dict[str, Any] | None = None, **backout: Any) -> None:
        tree = tree or plan_tree()
        tree["backout"] |= backout
        super().__init__(tree, home=home)
        keys = FolderSealKeys(home, self.clock.now)
        journal = SqlJournal(home, self.clock, seal_keys=keys)
        seals = SqlSeals(journal.database, keys, self.clock)
        self.ports = replace(self.ports, journal=journal, seals=seals, seal_keys=keys)
        self.file = home / "journal.sqlite"
        self.edits: dict[str, Edit] = {}

    def by_hand(self, *statements: str) -> None:
        """What somebody does with `sqlite3 journal.sqlite`."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def driven(self) -> Deployment:
        """Deploy, with the edits in between."""
        return deploy(self.ports, Path("plan.yml"), by="ann", approvals={}, watch=self._watch)

    def gone_on(self, d: Deployment) -> Deployment:
        """Resume, with the edits in between."""
        return resume(self.ports, d.id, by="ann", watch=self._watch)

    def kinds(self, d: Deployment) -> list[str]:
        """The kinds of its events, in order."""
        return [record.event.kind for record in self.ports.journal.read(d.id)]

    def _watch(self, record: e.Recorded) -> None:
        edit = self.edits.pop(record.event.kind, None)
        if edit is not None:
            edit(self, record.deployment)


def edited(kind: str, before: str, after: str) -> Edit:
    """The edit of the text of the first event of a kind."""

    def edit(fleet: SealedFleet, deployment: str) -> None:
        fleet.by_hand(
            f"UPDATE events SET body = replace(body, '{before}', '{after}') WHERE deployment = '{deployment}' AND seq = "
            f"(SELECT min(seq) FROM events WHERE deployment = '{deployment}' AND kind = '{kind}')"
        )

    return edit
