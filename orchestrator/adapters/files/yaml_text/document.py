"""A document as it was written: plain values, and for each of them where it stands and how it was spelled."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from orchestrator.adapters.files.yaml_text.yaml_scalars import Scalar
from orchestrator.errors import Fault

YamlTree = Scalar | list["YamlTree"] | dict[str, "YamlTree"]
Path = tuple[str | int, ...]

_LONGEST_WORDS = 400
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)


class DocumentPlace(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Document:
    """The tree of one file. `spelled` holds the text of each unquoted scalar; `faults` what is wrong with it as YAML."""

    file: str
    tree: YamlTree = None
    places: dict[Path, DocumentPlace] = field(default_factory=dict)
    spelled: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    faulty: set[Path] = field(default_factory=set)

    def line_of(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it that stands in the file."""
        for length in range(len(path), -1, -1):
            place = self.places.get(path[:length])
            if place is not None:
                return place.line
        return 1

    def at(self, path: Path) -> YamlTree:
        """The value at a path; None where nothing stands."""
        node = self.tree
        for part in path:
            if isinstance(node, dict) and isinstance(part, str):
                node = node.get(part)
            elif isinstance(node, list) and isinstance(part, int) and part < len(node):
                node = node[part]
            else:
                return None
        return node

    def is_faulty(self, path: Path) -> bool:
        """Whether the path lies at or below something that is already reported."""
        return any(path[:length] in self.faulty for length in range(len(path) + 1))

    def lines(self) -> dict[str, int]:
        """The line of every path, by the path as people read it."""
        return {written(path): place.line for path, place in self.places.items()}


def written(path: Path) -> str:
    """A path as people read it: `strategy.waves[1].gate.soak`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{shown_text(part)}]"
    return text


def fault_at(file: str, line: int | None, path: Path, *words: str) -> Fault:
    """A fault whose words (expected, found, next move) may quote what stands in the file."""
    expected, finding, next_move = (printable(text[:_LONGEST_WORDS]) for text in words)
    return Fault(file, line, written(path), expected, finding, next_move)


def printable(text: str) -> str:
    """Text for a message: on one line, and with nothing in it that a terminal obeys or a reader cannot see."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def shown_text(text: str, limit: int = 60) -> str:
    """Text in quotes for a message, cut to a limit."""
    return f'"{printable(text)}"' if len(text) <= limit else f'"{printable(text[:limit])}..."'
