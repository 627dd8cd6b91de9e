"""Numbers in the answers of sources: exactly one finite number is a value, and everything else a trouble."""

import math
from typing import Any

from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.text.foreign_json import read_json
from orchestrator.domain.text.plain_text import plain

SHOWN = 200


def reading_of(value: Any) -> Reading:
    """The number in a value of an answer; numbers in quotes count, as many sources write them, truth values do not."""
    if value is None:
        return Reading(trouble="no_value")
    if isinstance(value, list):
        return _only(list(value))
    if isinstance(value, bool | dict):
        return Reading(trouble="not_a_number", detail=shown(value))
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return Reading(trouble="not_a_number", detail=shown(value))
    return Reading(number) if math.isfinite(number) else Reading(trouble="not_a_number", detail=str(number))


def _only(values: list[Any]) -> Reading:
    if not values:
        return Reading(trouble="no_value")
    if len(values) > 1:
        return Reading(trouble="many_values", detail=f"{len(values)} of them")
    return reading_of(values[0])


def shown(value: Any) -> str:
    """A value in few characters, for people."""
    return plain(str(value), SHOWN)


def parsed(text: bytes) -> Any:
    """The JSON of a text, or a Reading with the trouble."""
    try:
        return read_json(text)
    except ValueError as fault:
        return Reading(trouble="no_value", detail=plain(str(fault), SHOWN))


def at_pointer(document: Any, pointer: str) -> Reading:
    """The number at a JSON pointer (RFC 6901), in what `parsed` brought."""
    if isinstance(document, Reading):
        return document
    place = document
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(place, dict) and key in place:
            place = place[key]
        elif isinstance(place, list) and key.isascii() and key.isdigit() and int(key) < len(place):
            place = place[int(key)]
        else:
            return Reading(trouble="no_value", detail=f"nothing at {plain(pointer, SHOWN)}")
    return reading_of(place)


def with_sample(value: Reading, sample: Reading | None) -> Reading:
    """A value with its sample; one whose sample is not known has none."""
    if sample is None or value.trouble is not None:
        return value
    return value._replace(sample=sample.value) if sample.trouble is None else value
