"""Section 9, communication plan: who learns of what, by which channel, and the messages that orch itself sends."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import AtLeastOneText, Many, Name, Noun, Text
from orchestrator.domain.text.validation_error import wrong

MessageMoment = Literal[
    "scheduled",
    "approval wanted",
    "start",
    "wave",
    "person wanted",
    "failure",
    "backout",
    "end",
    "review due",
]
"""When a message can be sent. `person wanted`: a gate waits for its confirmation, a held deployment for a choice, or a
step for people who do it by hand."""


def _texts_of(value: object) -> object:
    """A list from one text or a list."""
    return [value] if isinstance(value, str) else value


Texts = Annotated[AtLeastOneText, BeforeValidator(_texts_of, json_schema_input_type=Text | AtLeastOneText)]
Recipient = Annotated[str, Field(pattern=r"^[^\s<>,;:\"]+$", max_length=254)]
"""An address in its shortest form, such as `desk@example.com`: nothing in it can begin another field of a mail."""


class Notify(Noun):
    """What orch sends: by the channel of this name (channels.yml), to these recipients, at these moments."""

    by: Name
    to: Many[Recipient] = ()
    at: Annotated[tuple[MessageMoment, ...], Field(strict=False, min_length=1)]

    @field_validator("at", "to")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise wrong("each of them once", "remove the second", finding="one twice")
        return value


class Communication(Noun):
    """Who is informed of what, when, by which channel, in words; `notify` is what orch sends itself."""

    audience: Text
    channel: Text
    when: Texts = ("result",)
    notify: Annotated[Notify | None, Since("0.2")] = None
