"""The journal of somebody else's home, for whoever was given leave to read its file: nothing is written, and nothing locked.

SQLite reads a database in WAL mode without write access while its log and index exist (sqlite.org/wal.html, "Read-Only
Databases"); they do while anybody has it open. Else nobody writes, and the file alone is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.moving.marks import refuse_marked
from orchestrator.adapters.store.sqlite import guest_engine
from orchestrator.adapters.store.tables import STEPS, refuse_newer, version_of
from orchestrator.errors import StoreFault


class GuestDatabase(Database):
    """A SQLite database that is only read. Raises StoreFault where its tables are those of another orch."""

    def __init__(self, file: Path) -> None:
        super().__init__(guest_engine(file), str(file))
        version = self.look(version_of)
        refuse_newer(version)
        if version != len(STEPS):
            raise StoreFault(
                f"The journal {file} has tables of an older orch, and only its owner can upgrade them: "
                "any command of this orch does that."
            )
        self.look(lambda connection: refuse_marked(connection, self.place))

    @contextmanager
    def writing(self, *, marked: bool = False) -> Iterator[Connection]:
        """Raises StoreFault."""
        _refuse(self.place)
        with super().writing(marked=marked) as connection:
            yield connection

    def roomy(self) -> bool:
        """No cache is kept in somebody else's home."""
        return False


def _refuse(place: str) -> None:
    raise StoreFault(f"{place} belongs to somebody else, and is only read from here.")
