"""Configuration items from a file: CSV with a heading, or JSON as orch writes it, or a list of such objects."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from orchestrator.adapters.files.cmdb.csv_form import SEVERAL, as_written
from orchestrator.domain.cmdb.row import CiRow
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_json
from orchestrator.domain.text.names import BY_HAND
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Fault, PlanFault
from orchestrator.policy.cmdb.rows import RowFault

MOST_BYTES = 20_000_000
MOST_ROWS = 20_000
MOST_FAULTS = 200
"""Faults that are shown; a file with more has something else than these in mind."""
ITEMS = "items"
_MOVE = "correct it there, or take the row out"


class FoundRow(NamedTuple):
    """A row and where it stands: the line of CSV, or the place in JSON."""

    row: CiRow
    line: int | None
    path: str


class _Raw(NamedTuple):
    line: int | None
    path: str
    fields: Mapping[str, object]


def read_rows(file: Path) -> tuple[FoundRow, ...]:
    """The rows of the file. Raises PlanFault with every fault of it; then none is taken."""
    rows: list[FoundRow] = []
    faults: list[Fault] = []
    for number, raw in enumerate(_raw(file, _bytes_of(file))):
        if number >= MOST_ROWS:
            raise _whole(file, f"at most {MOST_ROWS:,} rows", "more")
        try:
            rows.append(FoundRow(CiRow.model_validate(raw.fields, context=BY_HAND), raw.line, raw.path))
        except ValidationError as error:
            faults += [_fault(file, raw, dict(item)) for item in error.errors(include_url=False)]
    refuse(faults)
    return tuple(rows)


def refuse(faults: Sequence[Fault]) -> None:
    """Raises PlanFault where there is a fault."""
    if faults:
        raise PlanFault(list(faults[:MOST_FAULTS]))


def placed(file: Path, rows: Sequence[FoundRow], fault: RowFault) -> Fault:
    """A fault of a row that was read, at its place in the file."""
    place = rows[fault.row]
    path = plain(f"{place.path}{fault.field}", 80)
    return Fault(str(file), place.line, path, fault.expected, plain(repr(fault.found), 120), fault.move)


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise _whole(file, "a file that can be read", error.strerror or "an error") from None
    if len(content) > MOST_BYTES:
        raise _whole(file, f"at most {MOST_BYTES:,} bytes", "more")
    return content


def _raw(file: Path, content: bytes) -> Iterator[_Raw]:
    return _of_json(file, content) if content.lstrip()[:1] in (b"[", b"{") else _of_csv(file, content)


def _of_json(file: Path, content: bytes) -> Iterator[_Raw]:
    try:
        tree = read_json(content, most_bytes=MOST_BYTES)
    except ForeignJsonError as error:
        raise _whole(file, "JSON, or CSV with a heading", str(error)) from None
    items = tree.get(ITEMS) if isinstance(tree, dict) else tree
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise _whole(file, f"a list of objects, or an object with them in `{ITEMS}`", "something else")
    for number, each in enumerate(items):
        yield _Raw(None, f"[{number}].", each)


def _of_csv(file: Path, content: bytes) -> Iterator[_Raw]:
    try:
        reader = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        headings = reader.fieldnames or ()
        if not headings:
            raise _whole(file, "a heading and a row for each configuration item", "an empty file")
        if len(set(headings)) < len(headings):
            raise _whole(file, "each column once in the heading", "one of them twice")
        for row in reader:
            yield _Raw(reader.line_num, "", dict(_filled(row)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _whole(file, "CSV in UTF-8, or JSON", plain(str(error), 200)) from None


def _filled(row: Mapping[str | None, str | list[str] | None]) -> Iterator[tuple[str, object]]:
    """Without the empty cells; cells beyond the heading stay, so that they are refused."""
    for name, cell in row.items():
        if isinstance(cell, str) and name == SEVERAL:
            yield name, [part.strip() for part in as_written(cell).split(";") if part.strip()]
        elif isinstance(cell, str) and cell:
            yield name or "", as_written(cell)
        elif cell:
            yield "a cell without a heading", cell


def _fault(file: Path, raw: _Raw, item: Mapping[str, object]) -> Fault:
    location = item["loc"]
    where = ".".join(map(str, location)) if isinstance(location, tuple) else ""
    context = item.get("ctx")
    words = context if isinstance(context, dict) else {}
    finding = "nothing" if item["type"] == "missing" or not where else plain(repr(item["input"]), 80)
    expected = plain(str(words.get("expected", item["msg"])), 200)
    return Fault(
        str(file),
        raw.line,
        plain(f"{raw.path}{where}", 80),
        expected,
        plain(str(words.get("found", finding)), 120),
        str(words.get("next_move", _MOVE)),
    )


def _whole(file: Path, expected: str, finding: str) -> PlanFault:
    return PlanFault([Fault(str(file), None, "", expected, finding, "correct the file")])
