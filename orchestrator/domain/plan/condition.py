"""Conditions on a number, as a plan writes them: `< 0.01`, `>= 5`, `> 0.5 and < 2`, `< 0.5 or > 2`. None is run as code."""

import math
import operator
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, WithJsonSchema

from orchestrator.domain.text.validation_error import wrong

_NUMBER = r"-?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?"
_COMPARISON = re.compile(rf"(<=|>=|==|!=|<|>)\s*({_NUMBER})", re.ASCII)
_WRITTEN = rf"^\s*(<=|>=|==|!=|<|>)\s*{_NUMBER}(\s+(and|or)\s+(<=|>=|==|!=|<|>)\s*{_NUMBER})?\s*$"
_COMPARES: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Comparison(NamedTuple):
    """One comparison of a value with a bound."""

    sign: str
    bound: float

    def holds(self, value: float) -> bool:
        """Whether it holds for this value."""
        return _COMPARES[self.sign](value, self.bound)


class Condition(NamedTuple):
    """One comparison, or two of which both (`and`) or one (`or`) must hold."""

    comparisons: tuple[Comparison, ...]
    every: bool = True

    def holds(self, value: float) -> bool:
        """Whether it holds for this value; for what is no number, nothing holds."""
        if not math.isfinite(value):
            return False
        return (all if self.every else any)(each.holds(value) for each in self.comparisons)

    @property
    def bounds(self) -> tuple[float, ...]:
        """The numbers that it compares with."""
        return tuple(each.bound for each in self.comparisons)


def parsed(text: str) -> Condition | None:
    """The condition of a text; None where the text is none."""
    words = re.split(r"\s+(and|or)\s+", text.strip())
    matches = [_COMPARISON.fullmatch(word) for word in words[::2]]
    if len(matches) > 2 or None in matches:
        return None
    comparisons = tuple(Comparison(match[1], float(match[2])) for match in matches if match is not None)
    finite = all(math.isfinite(each.bound) for each in comparisons)
    return Condition(comparisons, every="or" not in words) if finite else None


def condition_of(text: str) -> Condition:
    """The condition of a text that a plan was validated with. Raises ValueError for any other text."""
    condition = parsed(text)
    if condition is None:
        raise ValueError(f"{text!r} is no condition")
    return condition


def _is_condition(text: str) -> str:
    if parsed(text) is None:
        raise wrong(
            "a condition on a number, such as `< 0.01`, `>= 5` or `> 0.5 and < 2`", "write it in this form"
        )
    return text


ConditionText = Annotated[
    str, AfterValidator(_is_condition), WithJsonSchema({"type": "string", "pattern": _WRITTEN})
]


def overlap(first: str, second: str) -> float | None:
    """A value for which both conditions hold, or None. Between two neighbouring bounds nothing changes, so few are tried."""
    conditions = (condition_of(first), condition_of(second))
    bounds = sorted({bound for condition in conditions for bound in condition.bounds})
    between = [(low + high) / 2 for low, high in pairwise(bounds)]
    tried = [*bounds, *between, bounds[0] - 1, bounds[-1] + 1]
    return next((value for value in tried if all(condition.holds(value) for condition in conditions)), None)
