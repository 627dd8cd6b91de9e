"""The assessment of the change behind a release: what is weighed before it is approved (ISO/IEC 20000-1 9.2)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from orchestrator.domain.text.model_base import Noun, Text
from orchestrator.domain.text.validation_error import wrong

Aspect = Literal["benefit", "cost", "customer", "continuity", "security", "capacity"]
AssessedLevel = Literal["none", "low", "medium", "high"]
Impact = Literal["minor", "significant", "major"]
Priority = Literal["low", "medium", "high", "immediate"]
"""Of a change, as change management ranks it; `immediate` is that of an emergency."""


class Assessed(Noun):
    """One aspect in words, with its level where one fits; written as the words alone where none does."""

    words: Text
    level: AssessedLevel | None = None


def assessed_of(value: Any) -> Any:
    """An assessed aspect from its short form, the words."""
    return {"words": value} if isinstance(value, str) else value


AssessedAspect = Annotated[Assessed, BeforeValidator(assessed_of, json_schema_input_type=Text | Assessed)]


class Assessment(Noun):
    """What was weighed: the benefit, the cost, and the effect on customers, continuity, security and capacity."""

    benefit: AssessedAspect | None = None
    cost: AssessedAspect | None = None
    customer: AssessedAspect | None = None
    continuity: AssessedAspect | None = None
    security: AssessedAspect | None = None
    capacity: AssessedAspect | None = None

    @property
    def weighed(self) -> dict[Aspect, Assessed]:
        """The aspects that are assessed, in order."""
        aspects: dict[Aspect, Assessed | None] = {
            "benefit": self.benefit,
            "cost": self.cost,
            "customer": self.customer,
            "continuity": self.continuity,
            "security": self.security,
            "capacity": self.capacity,
        }
        return {aspect: assessed for aspect, assessed in aspects.items() if assessed is not None}

    @model_validator(mode="after")
    def _weighs_something(self) -> "Assessment":
        if not self.weighed:
            raise wrong("at least one aspect", "add `benefit`, or leave the section out", finding="none")
        return self
