"""Steps that people or suppliers do: who, what, which evidence, by when (ITIL 4 deployment management, table 3.4 and 6)."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.text.model_base import Noun, PositiveSeconds, Text
from orchestrator.domain.text.names import ReadableText


class ManualStep(Noun):
    """Work that a person does outside of orch.

    `who`: a role of the plan, or a supplier of it by name. `confirmed_by`: the role that says it is done (default: `who`).
    `evidence`: what that person is to look at or attach, and `attachments` how many files at least. `within`: how long it may
    take; then `escalate_to` is named, and it is waited on, or the step counts as failed (`then: back out`).
    """

    who: ReadableText
    instruction: Text
    evidence: Text
    confirmed_by: ReadableText | None = None
    attachments: Annotated[int, Field(ge=0, le=20)] = 0
    within: PositiveSeconds | None = None
    escalate_to: ReadableText | None = None
    then: Literal["wait", "back out"] = "wait"

    @property
    def role(self) -> str:
        """The role whose word ends the step."""
        return self.confirmed_by or self.who
