"""A connection to the server that one claim has for itself; it renews the lease, and its lock is a quick sign of life.

The server drops the lock when the connection ends: with the process, or, if a whole machine is gone, when its keepalives
are no longer answered. The lease goes on without it.
"""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

T = TypeVar("T")

_SETTINGS = {
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "statement_timeout": "5000",
}
"""Seconds, seconds, count: the lock of a vanished machine lasts half a minute. Milliseconds: a renewal that waits is none."""

_ALIVE = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND (classid::bigint << 32 | objid::bigint) = :key)"
)


class LeaseSession:
    """Opened when it is first used, and anew after it was lost. Several threads may use it, one at a time."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine, self._key = engine, _key(name)
        self._connection: Connection | None = None
        self._turn = Lock()

    def __call__(self, act: Callable[[Connection], T], /) -> T:
        """What `act` returns; each of its statements is a transaction. Raises SQLAlchemyError."""
        with self._turn:
            if self._connection is None:
                self._connection = self._opened()
            try:
                return act(self._connection)
            except SQLAlchemyError:
                self._drop()
                raise

    def close(self) -> None:
        """End the connection, and its lock with it."""
        with self._turn:
            self._drop()

    def _opened(self) -> Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            # Detach from the pool, which would hand out the connection, with its lock, to others.
            connection.detach()
            name = f"pid {os.getpid()} on {socket.gethostname()}"
            for setting, value in {"application_name": name, **_SETTINGS}.items():
                words = {"name": setting, "value": value}
                connection.execute(text("SELECT set_config(:name, :value, false)"), words)
            connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key})
        except BaseException:
            connection.close()
            raise
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()


def shows_life(connection: Connection, name: str) -> bool:
    """Whether a session holds the lock of this claim; one whose machine vanished may do so for half a minute more."""
    return bool(connection.scalar(_ALIVE, {"key": _key(name)}))


def _key(name: str) -> int:
    """63 bits of a digest: never negative, so that its two halves match those in pg_locks."""
    return int.from_bytes(sha256(f"orch drives {name}".encode()).digest()[:8], "big") >> 1
