"""Everything specific to SQLite: the file, its settings, and how transactions begin."""

import os
import sqlite3
from errno import EBUSY
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

from orchestrator.adapters.store.guarded_file import guard
from orchestrator.adapters.store.private import new_file

_BEGIN = "orch_begin"
WRITING = {_BEGIN: "BEGIN IMMEDIATE"}
"""Execution options of a connection that will write."""
_OUTSIDE = {_BEGIN: ""}


def sqlite_engine(file: Path, patience: float) -> Engine:
    """An engine on a database file, created with mode 0600 if missing; waits up to `patience` seconds for a lock."""
    new_file(file)
    engine = create_engine(_url(file), connect_args={"timeout": patience})
    event.listen(engine, "connect", _set_up)
    # After it: a connection that cannot be set up is none.
    guard(engine, file)
    event.listen(engine, "begin", _begin)
    return engine


def lone_engine(file: Path, patience: float) -> Engine:
    """An engine that reads without disk space: its connections keep the log's index in memory.

    An open connection locks out every other process, so each one serves a single read.
    """
    engine = create_engine(_url(file), connect_args={"timeout": patience}, poolclass=NullPool)
    event.listen(engine, "connect", _set_up_alone)
    event.listen(engine, "begin", _begin)
    return engine


def frozen_engine(file: Path) -> Engine:
    """An engine without locks and without new files next to the database; only for one that nobody can write to.

    Where there is a log, its index is kept in memory.
    """
    log = _log(file).exists()
    how = {"vfs": "unix-none"} if log else {"immutable": "1"}
    engine = create_engine(_url(file, mode="ro", **how), poolclass=NullPool)
    event.listen(engine, "connect", _set_up_alone if log else _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def guest_engine(file: Path) -> Engine:
    """An engine that only reads the file of another user; each connection sees whether anybody writes just now."""

    def connect() -> sqlite3.Connection:
        how = "mode=ro" if _log(file).exists() else "mode=ro&immutable=1"
        return sqlite3.connect(f"file:{quote(str(file))}?{how}", uri=True, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def still(file: Path) -> bool:
    """Whether nobody can write to the database: its file system is mounted read-only, or has no inode for the log."""
    if not file.exists():
        return False
    state = os.statvfs(file)
    without_inodes = state.f_files > 0 and state.f_favail == 0
    return bool(state.f_flag & os.ST_RDONLY) or (without_inodes and not _log(file).exists())


def write_ahead(connection: Connection) -> bool:
    """Whether the file is in WAL mode, in which readers and a writer do not block one another."""
    return connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def make_write_ahead(engine: Engine) -> None:
    """Switch the file to WAL mode; no other process may have it open."""
    with engine.connect().execution_options(**_OUTSIDE) as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def make_compact(engine: Engine) -> None:
    """Write the whole file anew, and cut off its log: deleted rows live on in free pages and in the log until then.

    Raises OSError where others read all the while, so that the log cannot be cut off.
    """
    with engine.connect().execution_options(**_OUTSIDE) as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        connection.exec_driver_sql("VACUUM")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()
    engine.dispose()
    if busy is None or busy[0]:
        raise OSError(EBUSY, "another process reads it; repeat the command when it is done")


def is_writing(connection: Connection) -> bool:
    """Whether the connection has the options of WRITING."""
    return connection.get_execution_options().get(_BEGIN) == WRITING[_BEGIN]


def _log(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _url(file: Path, mode: str = "rw", **more: str) -> URL:
    # rw and not rwc: a missing store is an error, not a new, empty store.
    return URL.create(
        "sqlite", database=f"file:{quote(str(file))}", query={"mode": mode, "uri": "true", **more}
    )


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # `_begin` begins transactions, not the driver
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _set_up_alone(connection: Any, record: object) -> None:
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    _set_up(connection, record)


def _begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock first: a transaction that reads first could not wait for the lock later.
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)
