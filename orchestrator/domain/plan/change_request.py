"""The change that authorises a deployment (ISO/IEC 20000-1 9.2): standard, normal or emergency."""

from typing import Literal

from pydantic import model_validator

from orchestrator.domain.text.model_base import Noun, Text
from orchestrator.domain.text.validation_error import wrong

ChangeType = Literal["standard", "normal", "emergency"]
Mode = Literal["attended", "scheduled"]


class ChangeRequest(Noun):
    """The type of change under which a deployment is requested; an emergency needs a reason."""

    type: ChangeType = "normal"
    reason: Text | None = None

    @model_validator(mode="after")
    def _emergencies_have_reasons(self) -> "ChangeRequest":
        if self.type == "emergency" and self.reason is None:
            raise wrong("a reason, for an emergency", "say what cannot wait", at="reason")
        return self
