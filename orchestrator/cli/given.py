"""What was given as options, made into nouns; everything that is wrong with it is said at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from orchestrator.domain.noun import Noun, moment_of, seconds_of
from orchestrator.domain.plain_text import plain
from orchestrator.errors import UsageFault

N = TypeVar("N", bound=Noun)


def noun_given(kind: type[N], words: Mapping[str, Any], options: Mapping[str, str] | None = None) -> N:
    """The noun of these fields; `options` names the option of a field where it is not the field's own name.

    Raises UsageFault with every fault.
    """
    try:
        return kind.model_validate(dict(words))
    except ValidationError as error:
        said = dict.fromkeys(_fault(dict(item), options or {}) for item in error.errors(include_url=False))
        raise UsageFault("\n".join(said)) from None


def _fault(item: dict[str, Any], options: Mapping[str, str]) -> str:
    context = item.get("ctx", {})
    field = str(next(iter(item["loc"]), context.get("at", "")))
    option = options.get(field, f"--{field.replace('_', '-')}")
    found = plain(str(item["input"]), 80) if isinstance(item["input"], str) else ""
    wrong = f", found {found!r}" if found else ", found nothing" if item["input"] == "" else ""
    expected = context.get("expected") or item["msg"]
    move = f"; {context['next_move']}" if "next_move" in context else ""
    return f"{option}: expected {expected}{wrong}{move}."


def moment_given(text: str, now: datetime, option: str) -> datetime:
    """A moment with its zone, or one that lies so long after now, such as 30d. Raises UsageFault."""
    for read in (_moment, _later):
        found = read(text, now)
        if found is not None:
            return found
    raise UsageFault(
        f"{option}: expected a moment with its zone, such as 2027-03-01T22:30:00+01:00, or a time from now, such as 30d, "
        f"found {plain(text, 80)!r}; write one of them."
    )


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        found = moment_of(text)
    except ValueError:
        return None
    return found if isinstance(found, datetime) else None


def _later(text: str, now: datetime) -> datetime | None:
    try:
        return now + timedelta(seconds=seconds_of(text))
    except (ValueError, OverflowError, TypeError):
        return None
