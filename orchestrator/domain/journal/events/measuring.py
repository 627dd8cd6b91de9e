"""The event of a metric: what was measured at a gate or in early life support, and what that means by the plan's conditions."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.text.model_base import Noun, Text

Verdict = Literal["success", "failed", "inconclusive"]
Why = Literal[
    "condition",
    "between",
    "no_answer",
    "no_value",
    "many_values",
    "not_a_number",
    "refused",
    "unusable",
    "small_sample",
    "no_control",
    "control_zero",
]
"""A condition of the plan decided, or neither held; or why there is nothing to judge, of which `side` says where."""
Side = Literal["deployed", "control"]
Count = Annotated[int, Field(ge=0)]


class Measured(Noun):
    """One measurement of one metric.

    `value` and `sample` are of the `deployed` hosts, `control` and `control_sample` of the `untouched` ones; `compared` is
    their ratio or difference, `by` which of the two. `earlier_control`: the control is the last one that was measured, for
    no untouched host was left. `alone`: the conditions for a value without a control decided. `detail`: words of the source.
    """

    kind: Literal["measured"] = "measured"
    stage: Literal["gate", "early_life"]
    wave: int
    metric: Text
    verdict: Verdict
    why: Why = "condition"
    side: Side = "deployed"
    value: float | None = None
    sample: float | None = None
    deployed: Count = 0
    control: float | None = None
    control_sample: float | None = None
    untouched: Count = 0
    by: Literal["ratio", "difference"] | None = None
    compared: float | None = None
    earlier_control: bool = False
    alone: bool = False
    detail: str = ""
    took: Annotated[float, Field(ge=0)] = 0.0
