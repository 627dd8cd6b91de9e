"""Makes the fields of an incident from the message of another tool, by a map. What does not fit is named, and never guessed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from orchestrator.domain.calendar.local_time import moment as local_moment
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.rules.incident_map import FieldSource, IncidentMap
from orchestrator.domain.text.plain_text import plain

SEVERAL = frozenset({"hosts", "cis"})
TIMES = frozenset({"opened", "closed"})
MOST = 200
"""Values of a list that are taken."""
LONGEST = 2000
"""Characters of a value that are taken; a title has at most 200."""
TITLE = 200
_MILLISECONDS = 10**11
"""A time above this is in milliseconds: as seconds it would be in the year 5138."""


class Mapped(NamedTuple):
    """The fields that were sent, or what is wrong with them, each with its name and never with its value."""

    fields: Mapping[str, Any]
    faults: tuple[str, ...] = ()


def mapped(message: object, by: IncidentMap) -> Mapped:
    """The fields that the message has; empty ones are not there."""
    fields: dict[str, Any] = {}
    faults: list[str] = []
    for name in type(by.fields).model_fields:
        source: FieldSource | None = getattr(by.fields, name)
        if source is None:
            continue
        try:
            value = _value(name, source, message)
        except ValueError as error:
            faults.append(f"{name}: {error}")
        else:
            fields |= {name: value} if value not in (None, "", []) else {}
    return Mapped(fields, tuple(faults))


def incident_from(fields: Mapping[str, Any], known: Incident | None) -> Incident | tuple[str, ...]:
    """The incident, with what was known of it where nothing was sent; else every fault."""
    before = known.model_dump() if known is not None else {}
    try:
        return Incident.model_validate({**before, **fields})
    except ValidationError as error:
        return tuple(dict.fromkeys(_faults(error)))


def _faults(error: ValidationError) -> Iterator[str]:
    for item in error.errors(include_url=False, include_input=False):
        yield f"{'.'.join(map(str, item['loc']))}: {plain(str(item['msg']), 200)}"


def _value(name: str, source: FieldSource, message: object) -> object:
    if source.always is not None:
        return [source.always] if name in SEVERAL else source.always
    parts = (source.at or "").split(".")
    values = list(_at(message, parts))[: MOST + 1]
    if name in SEVERAL:
        return _texts(values, source)
    if len(values) > 1:
        raise ValueError("expected one value, found several; the path has a *")
    value = values[0] if values else None
    if name in TIMES and value not in (None, ""):
        return _moment(value, source.zone)
    text = _text(value, source)
    return plain(text, TITLE if name == "title" else LONGEST) if name != "id" else text


def _at(value: object, parts: list[str]) -> Iterator[object]:
    if not parts:
        yield value
        return
    first, rest = parts[0], parts[1:]
    if first == "*" and isinstance(value, list):
        for each in value[: MOST + 1]:
            yield from _at(each, rest)
    elif isinstance(value, list) and first.isascii() and first.isdigit() and int(first[:6]) < len(value):
        yield from _at(value[int(first[:6])], rest)
    elif isinstance(value, dict) and first in value:
        yield from _at(value[first], rest)


def _texts(values: list[object], source: FieldSource) -> list[str]:
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    if len(flat) > MOST:
        raise ValueError(f"expected at most {MOST} values, found more")
    texts = [plain(_text(each, source), LONGEST) for each in flat]
    return [text for text in texts if text]


def _text(value: object, source: FieldSource) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("expected a text or a number, found something else")
    text = str(value)
    return source.words.get(text, text)


def _moment(value: object, zone: str | None) -> datetime:
    """A moment: ISO 8601, with `zone` where it has none of its own, or seconds or milliseconds since 1970."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS else value, UTC)
        if isinstance(value, str) and len(value) <= 40:
            moment = datetime.fromisoformat(value.strip())
            if moment.tzinfo is None and zone is not None:
                moment = local_moment(moment, zone)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise ValueError(
        "expected a moment with its zone, such as 2026-03-01T22:30:00+01:00, found something else"
    )
