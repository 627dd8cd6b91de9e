"""A query of a database that returns one number: SQLite's own module, or PostgreSQL's driver. Nothing can be written."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import quote, urlsplit

from orchestrator.adapters.extras import to_install
from orchestrator.adapters.home_paths import expanded
from orchestrator.adapters.metrics.hosts import as_parameters
from orchestrator.adapters.metrics.numbers import SHOWN, reading_of, with_sample
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.plan.metric import Dsn, SqlSource
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.redaction import Redactor

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")
_LARGEST = 1 << 16
_MOST_ROWS = 2
"""Rows that are fetched: a second one is already one too many."""


def sql_number(
    source: SqlSource,
    targets: Sequence[Target],
    sample: str | None,
    timeout: float,
    project: Path,
    variables: Mapping[str, str],
) -> Reading:
    """The number of the query, and that of the sample's query over the same connection."""
    try:
        address = _address(source.dsn, project, variables)
    except (OSError, ValueError) as unreadable:
        return Reading(trouble="unusable", detail=_unreadable_words(unreadable))
    queries = [source.query] if sample is None else [source.query, sample]
    redact = Redactor([address, *filter(None, [urlsplit(address).password])])
    try:
        if address.startswith(_SQLITE):
            readings = _sqlite(address.removeprefix(_SQLITE), queries, targets, timeout, project)
        elif address.startswith(_POSTGRESQL) and find_spec("psycopg") is None:
            detail = f"PostgreSQL's driver is not installed where orch is: {to_install('postgresql')}"
            return Reading(trouble="unusable", detail=detail)
        elif address.startswith(_POSTGRESQL):
            readings = _postgresql(address, queries, targets, timeout)
        else:
            return Reading(
                trouble="unusable", detail="the address is neither sqlite:///PATH nor postgresql://..."
            )
    except _faults() as fault:
        return Reading(trouble="no_answer", detail=redact(plain(str(fault), SHOWN)))
    return with_sample(readings[0], readings[1] if len(readings) > 1 else None)


def _faults() -> tuple[type[Exception], ...]:
    known = (sqlite3.Error, sqlite3.Warning, OSError, ValueError)
    if find_spec("psycopg") is None:
        return known
    from psycopg import Error

    return (*known, Error)


def _address(dsn: Dsn, project: Path, variables: Mapping[str, str]) -> str:
    """The address that the file or the variable holds, on one line."""
    if dsn.variable is not None:
        text = variables.get(dsn.variable, "")
        if not text:
            raise ValueError(f"{dsn.variable} is not set, or the plan does not pass it")
    else:
        with (project / expanded(dsn.file or "")).open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8", "replace")
    lines = text.strip().splitlines()
    if len(lines) != 1:
        raise ValueError(f"{dsn.variable or dsn.file} does not hold one line of text")
    return lines[0].strip()


def _unreadable_words(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return f"{error.filename} cannot be read on this machine: {error.strerror}"
    return plain(str(error), SHOWN)


def _sqlite(
    path: str, queries: Sequence[str], targets: Sequence[Target], timeout: float, project: Path
) -> list[Reading]:
    place = f"file:{quote(os.fspath(project / path))}?mode=ro"
    connection = sqlite3.connect(place, uri=True, timeout=timeout, check_same_thread=False)
    late = Timer(timeout, connection.interrupt)
    late.start()
    try:
        readings = []
        for query in queries:
            statement, values = as_parameters(query, targets, "?")
            readings.append(_only(connection.execute(statement, values).fetchmany(_MOST_ROWS)))
        return readings
    finally:
        late.cancel()
        connection.close()


def _postgresql(
    address: str, queries: Sequence[str], targets: Sequence[Target], timeout: float
) -> list[Reading]:
    import psycopg

    limits = f"-c default_transaction_read_only=on -c statement_timeout={max(1, int(timeout * 1000))}"
    patience = max(2, int(timeout))
    with psycopg.connect(address, connect_timeout=patience, options=limits, autocommit=True) as connection:
        readings = []
        for query in queries:
            # Every percent sign of the query is its own; only those of the marks are the driver's.
            statement, values = as_parameters(query.replace("%", "%%"), targets, "%s")
            rows = connection.execute(statement.encode(), values).fetchmany(_MOST_ROWS)
            readings.append(_only(rows))
        return readings


def _only(rows: Sequence[Sequence[Any]]) -> Reading:
    """The number of the only column of the only row."""
    if not rows:
        return Reading(trouble="no_value")
    if len(rows) > 1 or len(rows[0]) != 1:
        return Reading(trouble="many_values", detail="a query of one row with one column is expected")
    return reading_of(rows[0][0])
