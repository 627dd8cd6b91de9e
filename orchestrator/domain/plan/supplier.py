"""What comes from outside: suppliers with tasks of their own in a release, and what set the release off (ITIL 4: 2.3, 6)."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from orchestrator.domain.text.model_base import Many, Moment, Noun, Text
from orchestrator.domain.text.names import ReadableText


class Supplier(Noun):
    """A supplier: how it is reached, the contract that binds it, and its tasks in this release. Others name it by `name`."""

    name: ReadableText
    contact: Text
    contract: Text | None = None
    tasks: Many[Text] = ()


class Trigger(Noun):
    """What set the release off: an event in words, its reference and its time where there are any. May be the words alone."""

    what: Text
    reference: Text | None = None
    at: Moment | None = None


def trigger_of(value: Any) -> Any:
    """A trigger from its short form, the words."""
    return {"what": value} if isinstance(value, str) else value


PlannedTrigger = Annotated[Trigger, BeforeValidator(trigger_of, json_schema_input_type=Text | Trigger)]
