"""Configuration items as CSV (RFC 4180). No cell is a formula for a spreadsheet, and each comes back as it was."""

import csv
import io
from collections.abc import Iterable, Iterator

from orchestrator.domain.cmdb.ci import Ci
from orchestrator.domain.cmdb.row import ROW_FIELDS, CiRow
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.cmdb.rows import row_of

_FORMULA = tuple("=+-@|%\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula, also in full width (OWASP, CSV injection)."""
LONGEST = 32_000
"""Characters of a cell; spreadsheets take 32,767."""
SEVERAL = "relations"
"""The column with several values, between semicolons."""


def csv_text(cis: Iterable[Ci]) -> str:
    """The items with a heading."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(ROW_FIELDS)
    for ci in cis:
        writer.writerow(inert(cell) for cell in _cells(row_of(ci)))
    return text.getvalue()


def _cells(row: CiRow) -> Iterator[str]:
    for name in ROW_FIELDS:
        value = getattr(row, name)
        yield "; ".join(value) if isinstance(value, tuple) else value or ""


def inert(cell: str) -> str:
    """The cell behind an apostrophe where it would begin a formula, or where that apostrophe would be taken off again."""
    text = plain(cell, LONGEST)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or _is_behind(text) else text


def as_written(cell: str) -> str:
    """The cell without the apostrophe that `inert` put before it."""
    return cell[1:] if _is_behind(cell) else cell


def _is_behind(cell: str) -> bool:
    return cell.startswith("'") and (cell[1:].lstrip(" ").startswith(_FORMULA) or _is_behind(cell[1:]))
