"""A connection to the server that one claim has for itself: a renewal waits for nothing else that its process does."""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
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
"""Seconds, seconds, count: what a vanished machine has at the server. Milliseconds: a renewal that waits is none."""


class LeaseSession:
    """Opened when it is first used, and anew after it was lost. Several threads may use it, one at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
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
        """End the connection."""
        with self._turn:
            self._drop()

    def _opened(self) -> Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            # Detach from the pool, which would hand out the connection, with its settings, to others.
            connection.detach()
            name = f"pid {os.getpid()} on {socket.gethostname()}"
            for setting, value in {"application_name": name, **_SETTINGS}.items():
                words = {"name": setting, "value": value}
                connection.execute(text("SELECT set_config(:name, :value, false)"), words)
        except BaseException:
            connection.close()
            raise
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()
