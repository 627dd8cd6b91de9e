"""The rows of a move: which tables go, and what proves that all of them arrived."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Table, func, insert, select

from orchestrator.adapters.store import tables as t
from orchestrator.adapters.store import team_tables as team

COPIED: tuple[Table, ...] = (
    t.EVENTS,
    t.HOST_LOCKS,
    t.EPOCHS,
    t.SEAL_LEAVES,
    t.SEAL_LOG,
    t.SEAL_NODES,
    t.SEAL_KEYS,
    t.SEAL_STATE,
    t.ANCHORINGS,
    t.ANCHOR_TRIES,
    t.CMDB_UPDATES,
    t.CMDB_FACTS,
    t.CMDB_TRIES,
    team.PASSWORDS,
    team.MARKS,
    team.REFUSALS,
)
LEFT_OUT: tuple[Table, ...] = (
    t.FOLDS,
    t.CONDENSED,
    t.SCHEMA,
    team.LEASES,
    team.CONTENTS,
    team.STORE_MOVES,
    team.LOGIN_TRIES,
    team.ANSWERED_REQUESTS,
    team.PREPARED_WORDS,
)
"""Caches are made anew; leases begin there; contents come from the files of the home; what is minutes old is not needed."""
OF_DEPLOYMENTS: tuple[Table, ...] = (t.EVENTS, t.HOST_LOCKS, t.EPOCHS, t.SEAL_LOG)
"""What grows when anything is done: where these are the same on both sides, nothing was done since the move."""
AT_ONCE = 500
"""Rows in one statement."""

Said = Callable[[int, int], None]
"""Is told how many of how many rows are done."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows of a table: how many, and one digest of all, in whatever order a database gives them."""

    rows: int
    digest: str


def total(connection: Connection) -> int:
    """How many rows go."""
    return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in COPIED)


def copy(source: Connection, target: Connection, advance: Said, of: int) -> None:
    """Copy all rows of each table, in the transactions of the caller."""
    done = 0
    for table in COPIED:
        for rows in _in_parts(source, table):
            target.execute(insert(table), [dict(zip(table.c.keys(), row, strict=True)) for row in rows])
            done += len(rows)
            advance(done, of)


def counted(connection: Connection, table: Table) -> Counted:
    """Each row is hashed as its values are, and the hashes are added up."""
    rows, digests = 0, 0
    for part in _in_parts(connection, table):
        for row in part:
            rows += 1
            digests += int.from_bytes(sha256(repr(row).encode("utf-8", "surrogatepass")).digest(), "big")
    return Counted(rows, f"{digests % (1 << 256):064x}")


def _in_parts(connection: Connection, table: Table) -> Iterator[list[tuple[object, ...]]]:
    read = connection.execute(select(table), execution_options={"yield_per": AT_ONCE})
    for part in read.partitions():
        yield [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in part
        ]
