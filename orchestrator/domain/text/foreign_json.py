"""JSON that others wrote: hosts, child processes, and files that may be damaged. It is measured before it is parsed."""

import json
import re
from typing import Any, NoReturn

DEPTH = 20
"""Lists and objects within one another; nothing that orch reads has ten."""
MOST_VALUES = 4_000_000
MOST_BYTES = 64 << 20
MOST_DIGITS = 19
"""Digits of a whole number: more is beyond 64 bits."""

# It matches from each quote, closed or not, and never goes back: text without end costs one pass.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


class ForeignJsonError(ValueError):
    """What is wrong with the text, in words."""


def read_json(
    text: bytes, *, most_bytes: int = MOST_BYTES, most_values: int = MOST_VALUES, depth: int = DEPTH
) -> Any:
    """The value of a JSON text in UTF-8. Raises ForeignJsonError; nothing else, whatever the text is.

    NaN, infinities and numbers beyond 64 bits are refused. Half of a surrogate pair passes: it stands for a byte that is
    no text in the name of a file.
    """
    if len(text) > most_bytes:
        raise ForeignJsonError(f"it has {len(text)} bytes; at most {most_bytes} are read")
    _refuse_what_would_grow(text, most_values, depth)
    try:
        return json.loads(
            text.decode("utf-8"), parse_constant=_no_number, parse_int=_whole, parse_float=_fraction
        )
    except UnicodeDecodeError as error:
        raise ForeignJsonError(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ForeignJsonError(
            f"it is no JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise ForeignJsonError("it is nested too deeply") from None


def read_object(text: bytes, *, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """The same where only an object makes sense. Raises ForeignJsonError."""
    value = read_json(text, most_bytes=most_bytes)
    if not isinstance(value, dict):
        raise ForeignJsonError("it is no JSON object")
    return value


def _refuse_what_would_grow(text: bytes, most_values: int, depth: int) -> None:
    """A byte of JSON can become a hundred bytes of values, and each bracket a call within a call."""
    bare = _STRING.sub(b"", text)
    if bare.count(b",") + bare.count(b"[") + bare.count(b"{") > most_values:
        raise ForeignJsonError(f"it has more than {most_values} values")
    brackets = bare.translate(None, _NO_BRACKET)
    for _ in range(depth):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    if brackets:
        raise ForeignJsonError(f"it is nested more than {depth} deep, or a bracket is missing")


def _no_number(word: str) -> NoReturn:
    raise ForeignJsonError(f"{word} is no number")


def _whole(digits: str) -> int:
    if len(digits) < MOST_DIGITS:
        return int(digits)
    if len(digits.lstrip("-")) > MOST_DIGITS or not -(1 << 63) <= int(digits) < 1 << 63:
        raise ForeignJsonError(f"the number {digits[:MOST_DIGITS]}... is beyond 64 bits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ForeignJsonError(f"the number {digits[:MOST_DIGITS]} is beyond what a number can hold")
    return number
