"""Whether the values that a module answered are those that a check expects."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from orchestrator.domain.evidence.baseline import AttributeValue
from orchestrator.domain.evidence.module_question import Scalar, ValueExpectation
from orchestrator.domain.plan.check import Answer, ModuleCheck
from orchestrator.domain.text.plain_text import plain

_SHOWN = 80
_MATCHED = 4096
"""Characters of a value that a pattern is held against; a longer one matches none, for patterns cost time."""


def scalar_text(value: Scalar | None) -> str:
    """A value as the text by which it is compared."""
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def judged(check: ModuleCheck, values: Mapping[str, AttributeValue]) -> tuple[Answer, str]:
    """Whether each expectation holds, and what was answered instead; a value that is not in `values` is not there."""
    wrong = [each for each in check.expect if not _holds(each, values)]
    shown = wrong or check.expect
    finding = ", ".join(_finding(each.value, values) for each in shown)
    return ("failed" if wrong else "passed"), finding


def _holds(expected: ValueExpectation, values: Mapping[str, AttributeValue]) -> bool:
    there = expected.value in values
    if expected.exists is not None:
        return there == expected.exists
    if not there:
        return False
    text = scalar_text(values[expected.value])
    if expected.contains is not None:
        return expected.contains in text
    if expected.matches is not None:
        return len(text) <= _MATCHED and fnmatchcase(text, expected.matches)
    wanted = expected.one_of if expected.equals is None else (expected.equals,)
    return text in map(scalar_text, wanted)


def _finding(path: str, values: Mapping[str, AttributeValue]) -> str:
    return (
        f"{path} {plain(scalar_text(values[path]), _SHOWN) or '(empty)'}" if path in values else f"no {path}"
    )
