"""What was appended to the journals of a store, as its log of seals tells it."""

from typing import NamedTuple


class Position(NamedTuple):
    """An append, as the log of the store has it: its number, whose it was, and the head of that journal after it."""

    number: int
    of: str
    size: int
    root: object


class Changes(NamedTuple):
    """Where the log is now, and whose journals were appended to since; None where any may be another than it was."""

    position: Position
    names: frozenset[str] | None
