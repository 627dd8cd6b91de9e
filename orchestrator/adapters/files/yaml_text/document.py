"""A parsed document: plain values, each with its place and spelling in the file."""

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
    """The tree of one file. `spelled` holds the text of each unquoted scalar; `faults` holds its YAML faults."""

    file: str
    tree: YamlTree = None
    places: dict[Path, DocumentPlace] = field(default_factory=dict)
    spelled: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    faulty: set[Path] = field(default_factory=set)

    def line_of(self, path: Path) -> int:
        """The line of a path, or of its nearest parent in the file."""
        for length in range(len(path), -1, -1):
            place = self.places.get(path[:length])
            if place is not None:
                return place.line
        return 1

    def at(self, path: Path) -> YamlTree:
        """The value at a path; None if there is none."""
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
        """Whether a fault is already reported at the path or above it."""
        return any(path[:length] in self.faulty for length in range(len(path) + 1))

    def lines(self) -> dict[str, int]:
        """The line of every path, by the path in readable form."""
        return {written(path): place.line for path, place in self.places.items()}


def written(path: Path) -> str:
    """A path in readable form: `strategy.waves[1].gate.soak`."""
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
    """A fault whose words (expected, found, next move) may quote the file; made safe to print."""
    expected, finding, next_move = (printable(text[:_LONGEST_WORDS]) for text in words)
    return Fault(file, line, written(path), expected, finding, next_move)


def printable(text: str) -> str:
    """Text for a message: one line, without terminal control characters or invisible characters."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def shown_text(text: str, limit: int = 60) -> str:
    """Text in quotes for a message, cut to a limit."""
    return f'"{printable(text)}"' if len(text) <= limit else f'"{printable(text[:limit])}..."'
