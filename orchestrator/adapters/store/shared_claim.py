"""The claim to drive a deployment across machines: a lock on the database server, held by a connection.

The server releases it when the connection ends: with the process, or, if a whole machine is gone, when its keepalives
are no longer answered.
"""

import os
import socket
from contextlib import suppress
from hashlib import sha256

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import DriverClaim
from orchestrator.errors import Conflict

_SETTINGS = {"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""Seconds, seconds, count: the claims of a vanished machine last half a minute. No effect on a Unix socket."""

_HOLDER = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND (l.classid::bigint << 32 | l.objid::bigint) = :key"
)


class SharedClaim(DriverClaim):
    """Holds from construction until the `with` block, the connection or the process ends."""

    def __init__(self, engine: Engine, deployment: str) -> None:
        """Raises Conflict, which names the holder, or SQLAlchemyError."""
        self._key = _key(deployment)
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            # Detach from the pool, which would hand out the connection, with its lock, to others.
            self._connection.detach()
            _introduce(self._connection)
            if not self._ask("SELECT pg_try_advisory_lock(:key)"):
                holder = self._connection.scalar(_HOLDER, {"key": self._key})
                raise Conflict(
                    f"{deployment} is driven by another process ({plain(holder or 'it has just ended', 100)}). "
                    f"Watch it: orch status {deployment}."
                )
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> "SharedClaim":
        return self

    def __exit__(self, *exception: object) -> None:
        # A server that is gone has released the lock already.
        with suppress(SQLAlchemyError):
            if not self._connection.closed:
                self._ask("SELECT pg_advisory_unlock(:key)")
        with suppress(SQLAlchemyError):
            self._connection.close()

    def _ask(self, question: str) -> bool:
        return bool(self._connection.scalar(text(question), {"key": self._key}))


def _key(deployment: str) -> int:
    """63 bits of a digest: never negative, so that its two halves match those in pg_locks."""
    return int.from_bytes(sha256(f"orch drives {deployment}".encode()).digest()[:8], "big") >> 1


def _introduce(connection: Connection) -> None:
    """Name the holder on the connection, for others that meet the lock; the server cuts names at 63 bytes."""
    settings = {"application_name": f"pid {os.getpid()} on {socket.gethostname()}", **_SETTINGS}
    for name, value in settings.items():
        connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": value})
