"""Collections and roles that lie outside of a project, where Ansible finds them by itself, and that runs of a plan use."""

from collections.abc import Iterable
from typing import Literal

from orchestrator.domain.text.model_base import Noun, Text

_END = "/"


class InstalledPart(Noun):
    """One collection or role: a part of what is approved, by the digest of all its files, wherever a machine has it.

    `version`: as it names itself, empty where it does not. `place`: its folder on the machine that checked the plan.
    """

    kind: Literal["collection", "role"]
    name: Text
    version: str = ""
    place: Text

    @property
    def words(self) -> str:
        """Kind, name and version."""
        return " ".join(filter(None, (self.kind, self.name, self.version)))

    @property
    def part(self) -> str:
        """Its name among the parts of the playbook tree; no file's path ends with a slash."""
        return f"{self.words}{_END}"


def is_installed(part: str) -> bool:
    """Whether a part of the playbook tree is a collection or a role outside of the project."""
    return part.endswith(_END)


def installed_words(parts: Iterable[InstalledPart]) -> list[str]:
    """A line for each: what it is, and where."""
    return [f"digested where it is installed: {part.words}, {part.place}" for part in parts]
