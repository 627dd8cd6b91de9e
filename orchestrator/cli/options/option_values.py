"""Option values made into nouns, with all faults reported at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from orchestrator.domain.calendar.time_input import words_of, written_moment
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.names import BY_HAND
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import UsageFault

N = TypeVar("N", bound=Noun)
LONGEST_TEXT = 4000
"""Characters of `Text`, which is what a journal holds of a person's words."""
_DURATION = re.compile(r"[0-9.]+[a-z]+([0-9.]+[a-z]+)*")


def noun_given(kind: type[N], words: Mapping[str, Any], options: Mapping[str, str] | None = None) -> N:
    """Make a noun of these fields; `options` names a field's option where the two names differ.

    Raises UsageFault with every fault.
    """
    try:
        return kind.model_validate(dict(words), context=BY_HAND)
    except ValidationError as error:
        faults = dict.fromkeys(_fault(dict(item), options or {}) for item in error.errors(include_url=False))
        raise UsageFault("\n".join(faults)) from None


def _fault(item: dict[str, Any], options: Mapping[str, str]) -> str:
    context = item.get("ctx", {})
    field = str(next(iter(item["loc"]), context.get("at", "")))
    option = options.get(field, f"--{field.replace('_', '-')}")
    shown = plain(str(item["input"]), 80) if isinstance(item["input"], str) else ""
    finding = context.get("found") or (repr(shown) if shown else "")
    wrong = f", found {finding}" if finding else ", found nothing" if item["input"] == "" else ""
    expected = context.get("expected") or item["msg"]
    move = f"; {context['next_move']}" if "next_move" in context else ""
    return f"{option}: expected {expected}{wrong}{move}."


def moment_given(text: str, now: datetime, option: str) -> datetime:
    """Read a moment, or a time from now such as 30d. Raises UsageFault."""
    try:
        return written_moment(f"in {text}" if _DURATION.fullmatch(text) else text, now)
    except PydanticCustomError as error:
        raise UsageFault(f"{option}: {words_of(error)}.") from None


def words_given(text: str, option: str) -> str:
    """Words for the record, as an option gives them. Raises UsageFault where there are none, or a journal cannot hold them."""
    if not text.strip():
        raise UsageFault(f"{option}: expected words, found nothing.")
    return words_that_fit(text, option)


def words_that_fit(text: str, option: str) -> str:
    """The same where none may be given. Raises UsageFault."""
    if len(text) > LONGEST_TEXT:
        raise UsageFault(
            f"{option}: expected at most {LONGEST_TEXT:,} characters, found {len(text):,}; shorten it."
        )
    if not _is_utf8(text):
        raise UsageFault(f"{option}: expected text in UTF-8, found bytes that are none; write it anew.")
    return text


def _is_utf8(text: str) -> bool:
    """Bytes of a command line that are no UTF-8 arrive as halves of surrogate pairs."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
