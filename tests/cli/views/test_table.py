"""Tables for people: where a terminal is too narrow for the words of a table, each row is some lines."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from orchestrator.cli.views.table import cards, least_width

HEADINGS = ("id", "kind", "on", "proved")
ROWS = [("unit:f57d4d936f384c5cad26e4488154e899:shop", "unit", "web1", "2026-11-29 14:38 UTC"),
        ("service:live:shop", "service", "", "2026-11-29 14:38 UTC")]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([], 2 + 4 + 2 + 6 + 6),
        ([("a b", "x", "", "")], 3 + 4 + 2 + 6 + 6),
        ([("a", "", "", "long words there")], 2 + 4 + 2 + 6 + 6),
        ([("a", "", "", "a-word-that-is-one")], 2 + 4 + 2 + 18 + 6),
        ([("a", "機器", "機器機器", "")], 2 + 4 + 8 + 6 + 6),
        (ROWS, 42 + 7 + 4 + 10 + 6),
    ],
)
def test_words_and_ids_are_what_needs_room(rows: list[tuple[str, ...]], columns: int) -> None:
    assert least_width(HEADINGS, rows) == columns


def test_a_row_without_a_table_has_the_id_whole_and_no_empty_lines() -> None:
    assert list(cards(HEADINGS, ROWS)) == [
        "unit:f57d4d936f384c5cad26e4488154e899:shop",
        "  kind    unit",
        "  on      web1",
        "  proved  2026-11-29 14:38 UTC",
        "service:live:shop",
        "  kind    service",
        "  proved  2026-11-29 14:38 UTC",
    ]


@pytest.mark.parametrize(("columns", "table"), [(69, True), (68, False), (200, True), (20, False)])
def test_a_terminal_gets_a_table_as_long_as_no_word_is_broken(columns: int, *, table: bool) -> None:
    shown = _in_a_terminal(columns)
    for row in ROWS:
        assert row[0] in shown
    assert ("kind" in shown.splitlines()[0]) == table
    assert "service" in shown


def _in_a_terminal(columns: int) -> str:
    ours, theirs = pty.openpty()
    program = f"from orchestrator.cli.views.table import print_table\nprint_table({HEADINGS!r}, {ROWS!r})"
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    with os.fdopen(ours, "rb", buffering=0) as reading:
        subprocess.run([sys.executable, "-c", program], stdout=theirs, env=environment, check=True)
        os.close(theirs)
        shown = b""
        try:
            while part := reading.read(4096):
                shown += part
        except OSError:  # Linux says so at the end of a terminal
            pass
    return shown.decode()
