"""Events of what a release has brought about."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.text.model_base import Many, Noun, Text


class ObjectiveMeasured(Noun):
    """An objective was measured: by orch, or by a person who names a number with a note and files.

    `number` counts the plan's objectives from 0. `found` is what was seen. `role` is that of whoever names it.
    """

    kind: Literal["objective_measured"] = "objective_measured"
    number: Annotated[int, Field(ge=0)]
    result: Literal["achieved", "not achieved", "not known"]
    found: Text
    by: Text
    role: Text | None = None
    note: str = ""
    attached: Many[Attachment] = ()
    spoken: Spoken | None = None


class ObjectiveAccepted(Noun):
    """A person decides that it stays at that although an objective is not achieved."""

    kind: Literal["objective_accepted"] = "objective_accepted"
    number: Annotated[int, Field(ge=0)]
    role: Text
    by: Text
    reason: Text
    spoken: Spoken | None = None
