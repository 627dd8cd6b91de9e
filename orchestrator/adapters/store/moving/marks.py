"""The marks of a move. While a store has one it is not in force: whoever opens it, or writes to it, is told where to go.

The mark in the file decides: with it the server is in force, without it the file is. A server that has one asks for the file.
So there is one truth at any moment, whoever is killed.
"""

import socket
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sqlalchemy import Connection, delete, insert, select

from orchestrator.adapters.store.team_tables import STORE_MOVES
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import StoreFault

Side = Literal["left", "arriving"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A move: its id; whether this store moved away or is not in force yet; to or from where; and when."""

    move: str
    side: Side
    place: str
    at: str


_MARK = select(STORE_MOVES.c.move, STORE_MOVES.c.side, STORE_MOVES.c.place, STORE_MOVES.c.at).limit(1)


def mark_of(connection: Connection) -> Mark | None:
    """The mark of this store; None where it is in force."""
    row = connection.execute(_MARK).first()
    return None if row is None else Mark(row.move, "left" if row.side == "left" else "arriving", *row[2:])


def set_mark(connection: Connection, mark: Mark) -> None:
    """Put it out of force."""
    connection.execute(delete(STORE_MOVES))
    connection.execute(
        insert(STORE_MOVES).values(move=mark.move, side=mark.side, place=mark.place, at=mark.at)
    )


def remove_mark(connection: Connection, move: str) -> None:
    """Put it in force, if it is out of force by this move."""
    connection.execute(delete(STORE_MOVES).where(STORE_MOVES.c.move == move))


def refuse_marked(connection: Connection, place: str) -> None:
    """Raises StoreFault for a store that is not in force."""
    mark = mark_of(connection)
    if mark is not None:
        raise StoreFault(mark_words(mark, place))


def mark_words(mark: Mark, place: str) -> str:
    """Where the store in force is, and the commands that lead there."""
    other, at = plain(mark.place, 400), plain(mark.at, 40)[:19]
    if mark.side == "left":
        secret = " (with its password)" if ":***@" in other else ""
        return (
            f"The store {place} moved to {other} at {at} UTC, and is only kept. Go on there{secret}: export "
            f"ORCH_STORE_URL='{other}'. To go back while nothing was written there since: orch store move --back '{other}'"
        )
    return (
        f"The store {place} is not in force: it was moved from {other} at {at} UTC, and that move was not finished, or was "
        "taken back. The file there decides: finish the move there (orch store move URL, with this URL), or work there "
        "without ORCH_STORE_URL."
    )


def mark_in_file(file: Path) -> Mark | None:
    """The mark of a store in a file, which is only read; None where there is none, or no such file."""
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT move, side, place, at FROM store_moves").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else Mark(*row)


def place_of(file: Path) -> str:
    """The file of a store, and its machine."""
    return f"{file} on {socket.gethostname()}"
