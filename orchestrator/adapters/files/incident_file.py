"""Incidents from a file of another tool: CSV with a heading, or a JSON list of objects."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_json
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Fault, PlanFault

MOST_BYTES = 20_000_000
_SEVERAL = ("hosts", "cis")
"""Columns of CSV with several values, between semicolons."""
_MOVE = "correct it there, or take it out"


class _Row(NamedTuple):
    """One incident as the file has it: the line of CSV, or the number of the entry of JSON."""

    line: int | None
    path: str
    fields: Mapping[str, object]


def read_incidents(file: Path) -> tuple[Incident, ...]:
    """The incidents of the file. Raises PlanFault with every fault of it; then none is taken."""
    incidents: list[Incident] = []
    faults: list[Fault] = []
    for row in _rows(file, _bytes_of(file)):
        try:
            incidents.append(Incident.model_validate(row.fields))
        except ValidationError as error:
            faults += [_fault(file, row, dict(item)) for item in error.errors(include_url=False)]
    if faults:
        raise PlanFault(faults)
    return tuple(incidents)


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise _whole(file, "a file that can be read", error.strerror or "an error") from None
    if len(content) > MOST_BYTES:
        raise _whole(file, f"at most {MOST_BYTES:,} bytes", "more")
    return content


def _rows(file: Path, content: bytes) -> Iterator[_Row]:
    return _of_json(file, content) if content.lstrip()[:1] in (b"[", b"{") else _of_csv(file, content)


def _of_json(file: Path, content: bytes) -> Iterator[_Row]:
    try:
        tree = read_json(content, most_bytes=MOST_BYTES)
    except ForeignJsonError as error:
        raise _whole(file, "JSON, or CSV with a heading", str(error)) from None
    if not isinstance(tree, list) or not all(isinstance(each, dict) for each in tree):
        raise _whole(file, "a list of objects, one for each incident", "something else")
    for number, each in enumerate(tree):
        yield _Row(None, f"[{number}].", each)


def _of_csv(file: Path, content: bytes) -> Iterator[_Row]:
    try:
        reader = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        for row in reader:
            yield _Row(reader.line_num, "", dict(_filled(row)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _whole(file, "CSV in UTF-8, or JSON", plain(str(error), 200)) from None


def _filled(row: Mapping[str | None, str | list[str] | None]) -> Iterator[tuple[str, object]]:
    """Without the empty cells; cells beyond the heading stay, so that they are refused."""
    for name, cell in row.items():
        if name in _SEVERAL and isinstance(cell, str):
            yield name, [part.strip() for part in cell.split(";") if part.strip()]
        elif cell:
            yield name or "a cell without a heading", cell


def _fault(file: Path, row: _Row, item: Mapping[str, object]) -> Fault:
    location = item["loc"]
    where = ".".join(map(str, location)) if isinstance(location, tuple) else ""
    finding = "nothing" if item["type"] == "missing" else plain(repr(item["input"]), 80)
    return Fault(
        str(file), row.line, plain(f"{row.path}{where}", 80), plain(str(item["msg"]), 200), finding, _MOVE
    )


def _whole(file: Path, expected: str, finding: str) -> PlanFault:
    return PlanFault([Fault(str(file), None, "", expected, finding, _MOVE)])
