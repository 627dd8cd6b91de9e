"""The stored form of events; events of earlier versions are converted to the present form when read."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError

from orchestrator.domain.journal.events import UPCASTS, VERSION, Event
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import StoreFault

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

_EVENT: TypeAdapter[Event] = TypeAdapter(Event, config=ConfigDict(defer_build=True))


def moment_text(moment: datetime) -> str:
    """The time in UTC with microseconds, always of the same width, so that it sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def stored(event: Event) -> str:
    """The event as JSON text, in the form of the present version."""
    return event.model_dump_json()


def revived(
    body: str,
    version: int,
    *,
    kind: str = "",
    present: int = VERSION,
    upcasts: Mapping[int, Upcast] = UPCASTS,
) -> Event:
    """The event of a stored body, in the present form. Raises StoreFault if it is of a later version or invalid.

    With `kind`, only that kind's validator is built; the validators of some kinds take long to build.
    """
    if version > present:
        raise StoreFault(
            f"it was written by a newer orch (form {version}; this one knows {present}). Use that orch, or a newer one."
        )
    try:
        return _validator(kind)(_raised(body, version, present, upcasts))
    except (ValueError, KeyError, TypeError) as error:
        raise StoreFault(
            f"its content is damaged ({plain(_first(error))}). Copy the journal, then restore it from a backup."
        ) from error


def _validator(kind: str) -> Callable[[str], Event]:
    noun = _kinds().get(kind)
    return _EVENT.validate_json if noun is None else noun.model_validate_json


@cache
def _kinds() -> Mapping[str, Any]:
    return {noun.model_fields["kind"].default: noun for noun in get_args(get_args(Event)[0])}


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return f"{type(error).__name__} {error}"
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _raised(body: str, version: int, present: int, upcasts: Mapping[int, Upcast]) -> str:
    if version == present:
        return body
    content = json.loads(body)
    for step in range(version, present):
        content = upcasts[step](content)
    return json.dumps(content)
