"""An open database with up-to-date tables, to read from or to write to in one transaction."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import partial
from pathlib import Path
from typing import TypeVar
from weakref import finalize

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from orchestrator.adapters.store.absent import empty_engine
from orchestrator.adapters.store.disk import Relief, no_relief
from orchestrator.adapters.store.faults import away, full, result_of
from orchestrator.adapters.store.moving.marks import (
    mark_in_file,
    mark_of,
    mark_words,
    refuse_marked,
    remove_mark,
)
from orchestrator.adapters.store.postgresql import shared_engine, url_of
from orchestrator.adapters.store.private import FILE_MODE, private_directory
from orchestrator.adapters.store.sqlite import (
    WRITING,
    frozen_engine,
    lone_engine,
    make_compact,
    make_write_ahead,
    sqlite_engine,
    still,
    write_ahead,
)
from orchestrator.adapters.store.tables import STEPS, migrate, nothing_before, refuse_newer, version_of
from orchestrator.adapters.store.traces import refuse_if_gone
from orchestrator.adapters.store.upgrade import Upgraded, copy_of
from orchestrator.errors import StoreFault

T = TypeVar("T")

NO_ROOM_FOR_INDEX = "SQLITE_IOERR_SHM"
CANNOT_OPEN = "SQLITE_CANTOPEN"
ROOMY = 64 << 20
"""Free bytes above which caches may be written."""


def never(_tries: int) -> bool:
    """A server that is away is not waited for, by whoever holds no claim there."""
    return False


class Database:
    """A database that several processes can use at once. Raises the errors of SQLAlchemy and of the system."""

    def __init__(self, engine: Engine, place: str, relief: Relief = no_relief) -> None:
        self._engine = engine
        # The last process to close a SQLite database merges and removes its log; close it even if nobody collects this object.
        finalize(self, engine.dispose)
        self._relief = relief
        self.place = place
        self.upgraded: Upgraded | None = None
        self.patient: Callable[[int], bool] = never

    @classmethod
    def at_url(cls, url: str, *, backed_up: bool = False, file: Path | None = None) -> "Database":
        """The database at a SQLAlchemy URL. Its older tables are upgraded only if `backed_up`; else that raises StoreFault.

        `file`: the store of this home that may have moved there, and then puts it in force.
        """
        engine = shared_engine(url_of(url))
        database = cls(engine, engine.url.render_as_string(hide_password=True))
        if database.look(version_of) != len(STEPS):
            migrate(engine, nothing_before if backed_up else partial(_refuse_older, database.place))
        mark = database.look(mark_of)
        if mark is not None:
            here = mark_in_file(file) if file is not None else None
            if here is None or here.move != mark.move:
                raise StoreFault(mark_words(mark, database.place))
            with database.writing(marked=True) as connection:
                remove_mark(connection, mark.move)
        return database

    def write(self, act: Callable[[Connection], T], *, of: str = "") -> T:
        """Act in one transaction; on a full disk, retry as long as there is relief for the deployment `of`."""
        tries = 0
        while True:
            begun = False
            try:
                with self.writing() as connection:
                    begun = True
                    return act(connection)
            except OperationalError as error:
                # What had begun may have been committed: it is not begun again.
                tries += 1
                waits = not begun and away(error) and self.patient(tries)
                if not waits and (not full(error) or not self._relief(of)):
                    raise

    def look(self, ask: Callable[[Connection], T]) -> T:
        """The result of a read-only query; `patient` says how often a server that is away is asked again."""
        tries = 0
        while True:
            try:
                with self._engine.connect() as connection:
                    return ask(connection)
            except OperationalError as error:
                tries += 1
                if not away(error) or not self.patient(tries):
                    raise

    def act(self, act: Callable[[Connection], T]) -> T:
        """Act in one transaction that takes no turn among the writers; not on events, or what follows from them."""
        with self._engine.begin() as connection:
            return act(connection)

    @contextmanager
    def writing(self, *, marked: bool = False) -> Iterator[Connection]:
        """One transaction: durable after the block, or rolled back if the block raises.

        A store that is not in force is written to by who moves it (`marked`); else that raises StoreFault.
        """
        try:
            with self._engine.connect().execution_options(**WRITING) as connection, connection.begin():
                if not marked:
                    refuse_marked(connection, self.place)
                yield connection
        except OperationalError:
            # A connection that was opened on a read-only disk stays read-only when the disk is writable again.
            self.close()
            raise

    @property
    def engine(self) -> Engine:
        """The engine, for connections that last."""
        return self._engine

    @property
    def shared(self) -> bool:
        """Whether it is on a server, and several machines may use it."""
        return self._engine.dialect.name == "postgresql"

    def roomy(self) -> bool:
        """Whether the disk has space for caches; always true for a server, which manages its own disk."""
        return True

    def compact(self) -> None:
        """Leave nothing of deleted rows in the files; a server manages its own."""

    def close(self) -> None:
        """Close the connections; a later use opens new ones."""
        self._engine.dispose()


class FileDatabase(Database):
    """A SQLite database in a file; created with its tables if missing: at once, or with the first write (`late`)."""

    def __init__(
        self,
        file: Path,
        patience: float,
        relief: Relief = no_relief,
        *,
        roomy_above: int = ROOMY,
        late: bool = False,
        moved: bool = False,
    ) -> None:
        """`moved`: also where it moved to a server, and is only kept."""
        refuse_if_gone(file)
        self._moved = moved
        self._absent = late and not file.exists()
        super().__init__(empty_engine() if self._absent else _made(file, patience), str(file), relief)
        self._file = file
        self._patience = patience
        self._roomy_above = roomy_above
        self._copied: tuple[int, Path] | None = None
        if not self._absent:
            self._prepare()

    def look(self, ask: Callable[[Connection], T]) -> T:
        """The result of a read-only query; works on a full disk and on one that was remounted read-only."""
        if self._absent and self._file.exists():
            self._appear()
        try:
            return super().look(ask)
        except OperationalError as error:
            engine = self._last_resort(result_of(error))
            if engine is None:
                raise
        with engine.connect() as connection:
            return ask(connection)

    @contextmanager
    def writing(self, *, marked: bool = False) -> Iterator[Connection]:
        """One transaction; a file that was not there yet is made for it."""
        if self._absent:
            self._appear()
        with super().writing(marked=marked or self._moved) as connection:
            yield connection

    def roomy(self) -> bool:
        """Whether much more space is free than a backout needs."""
        if self._absent:
            return False
        state = os.statvfs(self._file)
        return state.f_bavail * state.f_frsize > self._roomy_above

    def compact(self) -> None:
        """Write the file anew without what was deleted, and empty its log. Raises OSError while others read without end."""
        make_compact(self._engine)

    def _appear(self) -> None:
        self._engine.dispose()
        self._engine = _made(self._file, self._patience)
        finalize(self, self._engine.dispose)
        # It is there while it is prepared: what is looked up meanwhile makes no store anew.
        self._absent = False
        try:
            self._prepare()
        except BaseException:
            # On a full disk it is tried again when there is room.
            self._absent = True
            raise

    def _prepare(self) -> None:
        try:
            if not self._ready():
                self._make_ready()
            if not self._moved:
                self.look(lambda connection: refuse_marked(connection, self.place))
        except BaseException:
            self.close()
            raise

    def _last_resort(self, result: str) -> Engine | None:
        if result.startswith(NO_ROOM_FOR_INDEX):
            return lone_engine(self._file, self._patience)
        if result.startswith(CANNOT_OPEN) and still(self._file):
            return frozen_engine(self._file)
        return None

    def _ready(self) -> bool:
        # Do not open an empty file: a reader would block the process that creates the tables.
        if self._file.stat().st_size == 0:
            return False
        version = self.look(version_of)
        refuse_newer(version)
        return version == len(STEPS) and (still(self._file) or self.look(write_ahead))

    def _make_ready(self) -> None:
        # Without this lock, some of sixteen processes that create a store at once block one another until they time out.
        with _one_at_a_time(self._file.with_suffix(".set-up")):
            if not self._ready():
                make_write_ahead(self._engine)
                migrate(self._engine, self._copy)
                if self._copied is not None:
                    old, copy = self._copied
                    self.upgraded = Upgraded(old, len(STEPS), copy)

    def _copy(self, version: int) -> None:
        self._copied = version, copy_of(self._file, version)


def _refuse_older(place: str, version: int) -> None:
    raise StoreFault(
        f"The store {place} has tables of version {version}; this orch needs {len(STEPS)}. An upgrade is one way, and the "
        "backup of a server is its administrator's. Nothing was changed. End all commands of the older orch, make the backup "
        "(pg_dump --format=custom --file=orch.dump DATABASE), then: orch store upgrade --backed-up"
    )


def _made(file: Path, patience: float) -> Engine:
    private_directory(file.parent)
    return sqlite_engine(file, patience)


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        flock(descriptor, LOCK_EX)
        yield
    finally:
        os.close(descriptor)
