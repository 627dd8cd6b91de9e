"""Events of steps that people do."""

from typing import Literal

from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.text.model_base import Many, Moment, Name, Noun, Text

StepResult = Literal["done", "failed", "not begun"]


class StepAnswered(Noun):
    """A person says how a manual step went: `note` is what was looked at, `attached` are the files that show it.

    `not begun`: nothing was done, so nothing of it is to be taken back.
    """

    kind: Literal["step_answered"] = "step_answered"
    attempt: Name
    result: StepResult
    role: Text
    by: Text
    note: Text
    attached: Many[Attachment] = ()
    spoken: Spoken | None = None


class StepOverdue(Noun):
    """A manual step was not confirmed in time: `escalate_to` is told. `ends`: it counts as failed, as the plan says."""

    kind: Literal["step_overdue"] = "step_overdue"
    attempt: Name
    due: Moment
    escalate_to: Text | None = None
    ends: bool = False
