"""The content of a file that a person wrote, with the line of everything in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Fault

N = TypeVar("N", bound=Noun)
_LONGEST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class LoadedFile(Generic[N]):
    """A noun, the file as the user named it, the SHA-256 of its bytes, and the line of every path in it."""

    noun: N
    file: str
    sha256: str
    lines: Mapping[str, int]

    def line_of(self, path: str) -> int:
        """The line of a path such as `windows[1].zone`, or of the nearest enclosing path."""
        return line_at(self.lines, path)

    def fault(self, objection: Objection) -> Fault:
        """An objection as a fault of this file, with its line."""
        return fault_in(self.file, self.lines, objection)


def line_at(lines: Mapping[str, int], path: str) -> int:
    """The line of a path such as `windows[1].zone`, or of the nearest enclosing path."""
    while path:
        if path in lines:
            return lines[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return 1


def fault_in(file: str, lines: Mapping[str, int], objection: Objection) -> Fault:
    """An objection as a fault of a file that a person wrote, with its line."""
    words = (plain(text, _LONGEST_WORDS) for text in objection[1:])
    return Fault(file, line_at(lines, objection.path), objection.path, *words)
