"""A document for reading and printing, as data: what a PDF and the page of a plan are made of. Its texts are never markup."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from orchestrator.adapters.report.legible import legible
from orchestrator.policy.telling.ends import Tone

LONGEST_WORD = 20
"""Characters after which a word may be broken in a column."""


class Fact(NamedTuple):
    """A name with its lines."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their headings; `widths` are shares of the page."""

    headings: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]


class Chart(NamedTuple):
    """A picture as SVG. `alt` says it in words; `legend` are colours with their words."""

    svg: str
    alt: str
    legend: tuple[tuple[str, str], ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it: sentences, a chart, facts, a table; `nothing` stands there without any.

    `level`: 1, or 2 for a part of the section before.
    """

    title: str
    lines: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    level: int = 1
    nothing: str = "None."
    chart: Chart | None = None

    @property
    def empty(self) -> bool:
        """Nothing stands below the heading."""
        nothing_listed = self.table is None or not self.table.rows
        return not self.lines and not self.facts and nothing_listed and self.chart is None


class Attached(NamedTuple):
    """A file inside the PDF, from which its pages are made. `words` describe it in the list of attachments."""

    name: str
    content: bytes
    media_type: str
    words: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. `state` and `words`: its result in short and in sentences; `name`: what identifies it on each page.

    `digest`: a line with a digest at the foot of each printed page.
    """

    kind: str
    title: str
    name: str
    tone: Tone | Literal["plain"]
    state: str
    words: tuple[str, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    made_at: datetime
    made_from: str
    times: str = "All times are UTC."
    digest: str = ""
    attached: Attached | None = None


Pieces = list[str]
"""A text, apart where a line may end within a long word."""


def pieces(text: str) -> Pieces:
    """The text, made legible, as pieces."""
    parts: Pieces = []
    run = ""
    for word in legible(text).split(" "):
        for part in _broken(word):
            if len(part) >= LONGEST_WORD and run:
                parts.append(run)
                run = ""
            run += part
            if len(part) >= LONGEST_WORD:
                parts.append(run)
                run = ""
        run += " "
    return [*parts, run.removesuffix(" ")]


def _broken(word: str) -> Iterator[str]:
    """A word in parts, none of which begins with a mark that belongs to the character before."""
    begin = 0
    while len(word) - begin > LONGEST_WORD:
        end = begin + LONGEST_WORD
        while end < len(word) and unicodedata.combining(word[end]):
            end += 1
        yield word[begin:end]
        begin = end
    yield word[begin:]


def fact(name: str, *lines: str) -> Fact:
    """A fact; without lines it says that there is none."""
    return Fact(name, lines or ("none",))


def table(headings: Iterable[tuple[str, float]], rows: Iterable[Sequence[str]]) -> Table:
    """A table from headings with their widths, and rows."""
    named = tuple(headings)
    return Table(
        tuple(name for name, _ in named),
        tuple(width for _, width in named),
        tuple(tuple(row) for row in rows),
    )
