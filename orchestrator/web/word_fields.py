"""What a form of a page sent: names with their texts, within bounds, and faults that are said all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile

from orchestrator.domain.text.plain_text import plain
from orchestrator.web.problems import Problem

if TYPE_CHECKING:
    from orchestrator.web.request_context import Asked

LONGEST = 4000
"""Characters of a person's words; a journal holds no more."""
MOST_FIELDS = 100
OF_THE_FORM = frozenset({"csrf", "once"})
"""Fields of every form that are no part of what is said."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a form; `faults` are what is wrong with them, by field."""

    texts: Mapping[str, list[str]]
    faults: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, otherwise: str = "") -> str:
        """The field's text without space around it; the last one, if it came several times."""
        given = self.texts.get(name, [])
        return given[-1].strip() if given else otherwise

    def has(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def each(self, name: str) -> tuple[str, ...]:
        """The words of a field, whatever separates them, each once."""
        return tuple(dict.fromkeys(" ".join(self.texts.get(name, [])).replace(",", " ").split()))

    def words(self, name: str, label: str, *, required: bool = True) -> str:
        """A person's words; what is wrong with them is noted."""
        text = self.text(name).replace("\r\n", "\n")
        if required and not text:
            self.faults[name] = f"{label}: expected words for the record, found nothing; write them."
        elif len(text) > LONGEST:
            self.faults[name] = (
                f"{label}: expected at most {LONGEST:,} characters, found {len(text):,}; shorten it."
            )
        elif any("\ud800" <= character <= "\udfff" or character == "\0" for character in text):
            self.faults[name] = f"{label}: expected text, found signs that are none; write it anew."
        return text


async def fields_of(asked: Asked) -> Fields:
    """The fields of the request's form. Raises Problem for anything but a form within bounds."""
    kind = asked.request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return Fields({})
    form = await asked.request.form(max_files=0, max_fields=MOST_FIELDS)
    if len(form.multi_items()) > MOST_FIELDS:
        raise Problem(413, "too_large", f"The form has more than {MOST_FIELDS} fields.")
    texts: dict[str, list[str]] = {}
    for name, text in form.multi_items():
        if isinstance(text, UploadFile):
            raise Problem(415, "form", f"{plain(name, 80)}: expected text, found a file.")
        if name not in OF_THE_FORM:
            texts.setdefault(name, []).append(text)
    return Fields(texts)


async def mark_of(asked: Asked) -> str:
    """The mark that makes a form good for one sending; empty where it has none."""
    kind = asked.request.headers.get("content-type", "")
    if not kind.startswith("application/x-www-form-urlencoded"):
        return ""
    given = (await asked.request.form()).get("once", "")
    return given[:64] if isinstance(given, str) else ""
