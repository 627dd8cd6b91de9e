"""The port `Disposals` over a home: its database, and the files beside it."""

import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from orchestrator.adapters.store.contents import SharedContents
from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.disposal.home_files import remove_files
from orchestrator.adapters.store.disposal.rows import erase_rows
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.private import private_directory, sync_directory, write_all
from orchestrator.adapters.store.upgrade import remove_copies
from orchestrator.engine.ports import Journal
from orchestrator.engine.record_ports import Disposals, NoDisposals
from orchestrator.errors import StoreFault

NOTES = "disposals"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def disposals_beside(journal: Journal, home: Path) -> Disposals:
    """Disposal of what this journal and this home have."""
    return HomeDisposals(journal.database, home) if isinstance(journal, SqlJournal) else NoDisposals()


class HomeDisposals(Disposals):
    """Notes are files in `disposals`: after a crash they say what is still to be cleared, when the events no longer do."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database, self._home = database, home

    def note(self, deployment: str, digests: Collection[str]) -> None:
        """See the port."""
        with translated(f"The disposal of {deployment} cannot be noted in {self._home}"):
            private_directory(self._home / NOTES)
            write_all({self._note(deployment): json.dumps(sorted(digests)).encode()})

    def noted(self, deployment: str) -> Sequence[str] | None:
        """See the port."""
        with translated(f"The note {self._note(deployment)} cannot be read"):
            try:
                text = self._note(deployment).read_text()
            except FileNotFoundError:
                return None
        return _digests(text, self._note(deployment))

    def erase(self, deployment: str, size: int, root: str) -> None:
        """See the port."""
        with translated(f"The record of {deployment} cannot be removed from {self._database.place}"):
            self._database.write(
                lambda connection: erase_rows(connection, deployment, size, root), of=deployment
            )

    def clear(self, deployment: str) -> None:
        """See the port."""
        digests = self.noted(deployment) or ()
        if self._database.shared:
            SharedContents(self._database).forget(digests)
        with translated(f"What {deployment} left in {self._home} cannot be removed"):
            remove_files(self._home, deployment, digests)

    def compact(self) -> None:
        """See the port."""
        with translated(f"{self._database.place} still holds bytes of what was removed"):
            self._database.compact()
            remove_copies(self._home)

    def forget(self, deployment: str) -> None:
        """See the port."""
        with translated(f"The note {self._note(deployment)} cannot be removed"):
            self._note(deployment).unlink(missing_ok=True)
            if (self._home / NOTES).is_dir():
                sync_directory(self._home / NOTES)

    def _note(self, deployment: str) -> Path:
        return self._home / NOTES / f"{deployment}.json"


def _digests(text: str, place: Path) -> list[str]:
    try:
        digests = json.loads(text)
    except (ValueError, RecursionError):
        digests = None
    if not isinstance(digests, list) or not all(
        isinstance(each, str) and _DIGEST.fullmatch(each) for each in digests
    ):
        raise StoreFault(f"{place} holds no list of digests. Restore it from a backup, or remove it.")
    return digests
