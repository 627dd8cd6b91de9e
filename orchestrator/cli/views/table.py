"""Rows for people: a table in a terminal, tab-separated lines for programs that read lines."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import click


def print_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    styles: Sequence[Mapping[str, str]] = (),
) -> None:
    """Print the rows under their headings; `styles` gives the style of a cell, row by row, by its heading."""
    if not sys.stdout.isatty():
        click.echo("\n".join("\t".join(row) for row in [headings, *rows]))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        # An id is what people copy into the next command: half of one is of no use.
        # Nothing else is cut either: in a narrow terminal words are broken.
        table.add_column(heading, no_wrap=heading == "id", overflow="fold")
    for number, row in enumerate(rows):
        of_row = styles[number] if styles else {}
        cells = zip(headings, row, strict=True)
        table.add_row(*(Text(cell, of_row.get(heading, "")) for heading, cell in cells))
    Console(highlight=False).print(table)
