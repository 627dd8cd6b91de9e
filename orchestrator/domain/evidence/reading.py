"""What one question to the source of a metric brought: a number, or why there is none."""

from typing import Literal, NamedTuple

Trouble = Literal[
    "no_answer",
    "no_value",
    "many_values",
    "not_a_number",
    "refused",
    "unusable",
]
"""Why there is no number: no answer in time or at all; an answer without one, with several, with none that is finite; an
answer that refuses; a question that could not be asked from this machine."""


class Reading(NamedTuple):
    """A number with the sample it rests on, where one was asked for; else the trouble, with its detail in words."""

    value: float | None = None
    sample: float | None = None
    trouble: Trouble | None = None
    detail: str = ""
