"""An outline: lines with lines below them, which a terminal and a page show each in its own way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Branch:
    """A line and the lines below it; `loud` marks what nobody may overlook."""

    text: str
    below: tuple[Branch, ...] = ()
    loud: bool = False


def group(title: str, lines: Iterable[str]) -> Branch:
    """A title with a line below it for each text."""
    return Branch(title, tuple(Branch(line) for line in lines))
