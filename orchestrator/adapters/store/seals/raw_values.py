"""Values as the database has them: SQLite keeps whatever type a stranger wrote, and no look may fail over that."""

from typing import Any

from sqlalchemy import Column, ColumnElement, type_coerce
from sqlalchemy.types import NullType


def raw(column: Column[Any]) -> ColumnElement[Any]:
    """The column without a conversion, under its own name."""
    return type_coerce(column, NullType()).label(column.name)


def text(value: object) -> str:
    """A text; of anything else one that orch never wrote."""
    return value if isinstance(value, str) else f"not a text: {str(value)[:100]}"


def number(value: object, otherwise: int = -1) -> int:
    """A whole number; `otherwise` for anything else."""
    return value if isinstance(value, int) else otherwise


def octets(value: object) -> bytes:
    """Bytes; none for anything else."""
    return value if isinstance(value, bytes) else b""
