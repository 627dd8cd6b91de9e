"""All that is particular to SQLite: the file, its settings, and how transactions begin."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

from orchestrator.adapters.store.private import new_file

_BEGIN = "orch_begin"
WRITING = {_BEGIN: "BEGIN IMMEDIATE"}
"""Execution options of a connection that is going to write."""
_OUTSIDE = {_BEGIN: ""}


def sqlite_engine(file: Path, patience: float) -> Engine:
    """An engine on a database file, made with mode 0600 where it is missing; a lock is waited for `patience` seconds."""
    new_file(file)
    engine = create_engine(_url(file), connect_args={"timeout": patience})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def lone_engine(file: Path, patience: float) -> Engine:
    """An engine that needs no room on the disk to read: its connections keep the index of the log in memory.

    Each keeps every other process out while it is open, so it is opened for one reading only.
    """
    engine = create_engine(_url(file), connect_args={"timeout": patience}, poolclass=NullPool)
    event.listen(engine, "connect", _set_up_alone)
    event.listen(engine, "begin", _begin)
    return engine


def frozen_engine(file: Path) -> Engine:
    """An engine that takes no locks and makes no files beside the database; only for one that nobody can write to."""
    engine = create_engine(_url(file, mode="ro", immutable="1"), poolclass=NullPool)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def still(file: Path) -> bool:
    """Whether nobody can write to the database, and all that was written is in the file and not in the log beside it."""
    log = file.with_name(f"{file.name}-wal")
    return file.exists() and bool(os.statvfs(file).f_flag & os.ST_RDONLY) and not log.exists()


def write_ahead(connection: Connection) -> bool:
    """Whether readers and a writer do not block one another (WAL); it is a property of the file."""
    return connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def make_write_ahead(engine: Engine) -> None:
    """Turn the file to WAL; nobody else may have it open."""
    with engine.connect().execution_options(**_OUTSIDE) as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def is_writing(connection: Connection) -> bool:
    """Whether the connection has the options WRITING."""
    return connection.get_execution_options().get(_BEGIN) == WRITING[_BEGIN]


def _url(file: Path, mode: str = "rw", **more: str) -> URL:
    # rw and not rwc: a store that was moved away is an error and not a new, empty store.
    return URL.create(
        "sqlite", database=f"file:{quote(str(file))}", query={"mode": mode, "uri": "true", **more}
    )


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin as `_begin` says, not as the driver guesses
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _set_up_alone(connection: Any, record: object) -> None:
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    _set_up(connection, record)


def _begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock first: a transaction that reads and then writes could otherwise not wait for it.
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)
