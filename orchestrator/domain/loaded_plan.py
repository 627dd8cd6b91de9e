"""A release plan together with the file it came from."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.domain.objection import Objection
from orchestrator.domain.plain_text import plain
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.errors import Fault

_LONGEST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    """A plan, the file as the user named it, the SHA-256 of its bytes, and the line of every path in it."""

    plan: ReleasePlan
    file: str
    sha256: str
    lines: Mapping[str, int]

    def line_of(self, path: str) -> int:
        """The line of a path such as `strategy.waves[1].gate`, or of the nearest thing around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return 1

    def fault(self, objection: Objection) -> Fault:
        """An objection as a fault of this file, with its line."""
        words = (plain(text, _LONGEST_WORDS) for text in objection[1:])
        return Fault(self.file, self.line_of(objection.path), objection.path, *words)
