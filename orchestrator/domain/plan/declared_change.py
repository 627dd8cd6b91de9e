"""What a plan declares of tasks that do not say themselves what they change: by which items of the baseline it is seen."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from orchestrator.domain.evidence.baseline import AbsolutePath
from orchestrator.domain.evidence.task_changes import Change, ChangeKind
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Many, Noun, Text
from orchestrator.domain.text.validation_error import wrong

DECLARED_KINDS: tuple[ChangeKind, ...] = (
    "file",
    "package",
    "unit",
    "user",
    "group",
    "sysctl",
    "command",
    "fact",
)
"""The fields of a declared item."""


class DeclaredItem(Noun):
    """One thing that a task changes: exactly one field is set. A `file` that is a directory stands for all in it.

    `command` is a command of the baseline, by name, and `fact` a fact.
    """

    file: AbsolutePath | None = None
    package: Text | None = None
    unit: Text | None = None
    user: Text | None = None
    group: Text | None = None
    sysctl: Text | None = None
    command: Text | None = None
    fact: Annotated[Text | None, Since("0.2")] = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "DeclaredItem":
        if len(list(self._named())) != 1:
            expected = f"exactly one of {', '.join(DECLARED_KINDS)}"
            raise wrong(expected, "name one thing in each entry of `changes`")
        return self

    @property
    def change(self) -> Change:
        """It as a change; a path counts with all below it."""
        kind, name = next(self._named())
        return Change.of_valid(kind="tree" if kind == "file" else kind, name=name)

    def _named(self) -> Iterator[tuple[ChangeKind, str]]:
        for kind in DECLARED_KINDS:
            name = getattr(self, kind)
            if name is not None:
                yield kind, name


class DeclaredChange(Noun):
    """What the tasks of this name change: `changes`, or `nothing` with the reason. `task` may be a pattern (`*`, `?`)."""

    task: Annotated[Text, Field(pattern=r"[^*? ]")]
    changes: Many[DeclaredItem] = ()
    nothing: Text | None = None

    @model_validator(mode="after")
    def _either_way(self) -> "DeclaredChange":
        if bool(self.changes) == (self.nothing is not None):
            finding = "both" if self.changes else "neither"
            next_move = "name what the task changes, or say why it changes nothing that counts"
            raise wrong("either changes or nothing", next_move, finding=finding)
        return self
