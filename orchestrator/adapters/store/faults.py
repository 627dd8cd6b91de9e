"""Translates errors of disk and database into messages with the next move."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import StoreFault


class _Trouble(NamedTuple):
    words: str
    next_move: str


_FULL = _Trouble("the disk is full", "Make room on its file system, then go on: orch resume.")
_READ_ONLY = _Trouble(
    "it is read-only for this user",
    "Run orch as the owner of the store, and see that its file system is mounted writable.",
)
_CLOSED = _Trouble(
    "it cannot be opened",
    "See that it is there, belongs to this user, and lies on a file system that is mounted writable and has inodes left.",
)
_LOCKED = _Trouble(
    "another process kept it locked",
    "See which one (fuser -v on the file); wait for it or end it, then try again.",
)
_DAMAGED = _Trouble(
    "it is damaged",
    "Change nothing in its directory; copy it, then restore it from a backup or read it out with `sqlite3 FILE .recover`.",
)
_DEVICE = _Trouble(
    "reading or writing the disk failed",
    "Look into the kernel's log (dmesg) for the disk; read the journal again before going on: orch resume.",
)
_AWAY = _Trouble(
    "the database server cannot be reached, or ended the connection",
    "See that it runs and lets this user in, then go on: orch resume.",
)
_NO_URL = _Trouble("the URL makes no sense", "Write it as postgresql://USER@HOST/DATABASE.")
_OTHER = _Trouble("the database refused", "Look at the reason; orch status shows what was recorded.")

# Prefixes of SQLite's result names (sqlite.org/rescode.html), the longest first if one is a prefix of another; then of
# PostgreSQL's codes (postgresql.org/docs/current/errcodes-appendix.html).
_BY_RESULT = {
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR_SHM": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_CANTOPEN": _CLOSED,
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_IOERR": _DEVICE,
    "53100": _FULL,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
    "55P03": _LOCKED,
    "08": _AWAY,
    "57P": _AWAY,
    "58030": _DEVICE,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_BY_ERRNO = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.ENOENT: _CLOSED,
    errno.ENOTDIR: _CLOSED,
    errno.EIO: _DEVICE,
    errno.EBUSY: _LOCKED,
}


@contextmanager
def translated(task: str) -> Iterator[None]:
    """Turn errors of the disk or the database into StoreFault; `task` names what could not be done, and to what."""
    try:
        yield
    except OSError as error:
        raise _fault(task, _BY_ERRNO.get(error.errno or 0, _OTHER), str(error)) from error
    except SQLAlchemyError as error:
        raise _fault(task, _trouble(error), _reason(error)) from error


def result_of(error: SQLAlchemyError) -> str:
    """SQLite's name of the error (SQLITE_FULL), or PostgreSQL's code (53100); empty if there is neither."""
    if not isinstance(error, DBAPIError):
        return ""
    return getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""


def full(error: SQLAlchemyError | OSError) -> bool:
    """Whether the error means a full disk."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return _trouble(error) is _FULL


def away(error: SQLAlchemyError) -> bool:
    """Whether the error means a server that cannot be reached, or that ended the connection."""
    return _trouble(error) is _AWAY


def _trouble(error: SQLAlchemyError) -> _Trouble:
    if isinstance(error, ArgumentError):
        return _NO_URL
    result = result_of(error)
    if not result and isinstance(error, OperationalError):
        return _AWAY  # psycopg has no code for a connection that was never made
    return next((trouble for start, trouble in _BY_RESULT.items() if result.startswith(start)), _OTHER)


def _reason(error: SQLAlchemyError) -> str:
    # Leave out the statement and its values, which SQLAlchemy adds to its text.
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)


def _fault(task: str, trouble: _Trouble, reason: str) -> StoreFault:
    return StoreFault(f"{task}: {trouble.words} ({plain(reason)}). {trouble.next_move}")
