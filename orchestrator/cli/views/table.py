"""Rows for people: a table in a terminal, tab-separated lines for programs that read lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence

import click

BETWEEN = 2
"""Spaces between columns."""


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

    console = Console(highlight=False)
    if least_width(headings, rows) > console.width:
        click.echo("\n".join(cards(headings, rows)))
        return
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        # An id is what people copy into the next command: half of one is of no use.
        table.add_column(heading, no_wrap=heading == "id", overflow="fold")
    for number, row in enumerate(rows):
        of_row = styles[number] if styles else {}
        cells = zip(headings, row, strict=True)
        table.add_row(*(Text(cell, of_row.get(heading, "")) for heading, cell in cells))
    console.print(table)


def least_width(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Columns of a terminal in which the table breaks lines between words, and no id at all."""
    from rich.cells import cell_len

    def least(number: int, heading: str) -> int:
        cells = (heading, *(row[number] for row in rows))
        words = cells if heading == "id" else [word for cell in cells for word in cell.split()]
        return max(map(cell_len, words), default=0)

    columns = [least(number, heading) for number, heading in enumerate(headings)]
    return sum(columns) + BETWEEN * (len(columns) - 1)


def cards(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each row as a few lines, where a table would break words: the first cell, then what else has a value."""
    longest = max(map(len, headings), default=0)
    for row in rows:
        yield row[0]
        yield from (
            f"  {heading:{longest}}  {cell}"
            for heading, cell in zip(headings[1:], row[1:], strict=True)
            if cell.strip()
        )
