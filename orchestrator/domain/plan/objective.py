"""Objectives with outcomes: what a release is to bring about, how that is measured, and when it is due (ISO 20000-1 5.4)."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.condition import ConditionText
from orchestrator.domain.plan.metric import Metric
from orchestrator.domain.text.model_base import Noun, Seconds, Text
from orchestrator.domain.text.names import ReadableText
from orchestrator.domain.text.validation_error import wrong


class ByHand(Noun):
    """A number that a person reads off somewhere, in a unit; `role` is whose word it is."""

    unit: Text
    role: ReadableText


class Objective(Noun):
    """One objective, measured in one way.

    `check`: it is achieved where the check passes on every host that it is about. `metric`: where the success condition holds.
    `by_hand`: where `expected` holds for the number that somebody names. `due`: so long after the deployment has ended.
    """

    objective: Text
    check: Check | None = None
    metric: Metric | None = None
    by_hand: ByHand | None = None
    expected: ConditionText | None = None
    due: Seconds = 0.0

    @model_validator(mode="after")
    def _one_measure(self) -> "Objective":
        if sum(way is not None for way in (self.check, self.metric, self.by_hand)) != 1:
            raise wrong("one of check, metric, by_hand", "say in one way how it is measured")
        if (self.by_hand is None) != (self.expected is None):
            move = (
                "add `expected`" if self.by_hand is not None else "take it out: the check or metric says it"
            )
            raise wrong("a condition for a number by hand, and for nothing else", move, at="expected")
        if self.metric is not None and self.metric.compare is not None:
            raise wrong(
                "a metric without `compare`", "after the end no host is untouched", at="metric.compare"
            )
        return self


def objectives_of(value: Any) -> Any:
    """A list from one text or objective, or from a list of them."""
    return [value] if isinstance(value, (str, dict)) else value


PlannedObjectives = Annotated[
    tuple[Text | Objective, ...],
    Field(strict=False, min_length=1),
    BeforeValidator(
        objectives_of,
        json_schema_input_type=Text | Objective | Annotated[list[Text | Objective], Field(min_length=1)],
    ),
]


def text_of(objective: str | Objective) -> str:
    """The words of an objective."""
    return objective if isinstance(objective, str) else objective.objective


def measure_words(objective: str | Objective) -> str:
    """How it is measured, such as `orders per hour >= 120, named by service owner`; empty for a text alone."""
    if isinstance(objective, str):
        return ""
    if objective.by_hand is not None:
        return f"{objective.by_hand.unit} {objective.expected}, named by {objective.by_hand.role}"
    if objective.metric is not None:
        return f"metric {objective.metric.name} {objective.metric.success}"
    return "a check"
