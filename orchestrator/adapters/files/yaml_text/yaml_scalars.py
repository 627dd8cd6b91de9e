"""Values of plain YAML scalars in the core schema of YAML 1.2 (chapter 10.3): 22:30 and NO are text, 1.10 is a number."""

import math
import re

Scalar = str | int | float | bool | None

LONGEST_NUMBER = 18

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OTHER_INT = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII)


_LEADING_ZEROS = re.compile(r"[-+]?0[0-9]", re.ASCII)
_OCTAL_ELSEWHERE = re.compile(r"0+([0-7]+)", re.ASCII)


class NotANumber(ValueError):
    """A scalar that YAML calls a number and that is none that a plan can hold; says what is expected, and the way out."""

    def __init__(self, expected: str, way_out: str = "correct it, or put it in quotes if it is text") -> None:
        super().__init__(expected)
        self.way_out = way_out


def resolved(text: str) -> Scalar:
    """The value of an unquoted scalar. Raises NotANumber for infinities, NaN, numbers too long to be meant, leading zeros.

    `0640` is 640 in YAML 1.2 and 416 in YAML 1.1, with which Ansible reads its files: whoever writes it means one of the two.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _NOT_FINITE.fullmatch(text):
        raise NotANumber("a finite number")
    if _INT.fullmatch(text) or _OTHER_INT.fullmatch(text) or _FLOAT.fullmatch(text):
        return _number(text)
    return text


def _number(text: str) -> int | float:
    if _LEADING_ZEROS.match(text):
        raise NotANumber("a number without leading zeros", _without_leading_zeros(text))
    if len(text) > LONGEST_NUMBER:
        raise NotANumber(f"a number of at most {LONGEST_NUMBER} characters")
    if _OTHER_INT.fullmatch(text):
        return int(text, 0)
    if _INT.fullmatch(text):
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise NotANumber("a finite number")
    return number


def _without_leading_zeros(text: str) -> str:
    octal = _OCTAL_ELSEWHERE.fullmatch(text)
    number = (
        f"write 0o{octal[1]} if it is octal, such as the mode of a file"
        if octal
        else "write it without the leading zeros if it is a number"
    )
    return f'put it in quotes if it is text: "{text[:60]}"; {number}'
