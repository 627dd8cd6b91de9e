"""Which part of another tool's message is which field of an incident; data alone, without expressions."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from orchestrator.domain.calendar.local_time import ZoneName
from orchestrator.domain.text.model_base import Noun, Text
from orchestrator.domain.text.validation_error import exactly, wrong

JsonPath = Annotated[str, Field(pattern=r"^[^.\s]+(\.[^.\s]+){0,19}$", max_length=500)]
"""Keys and places from the outside in, such as `data.tasks.0.number`; `*` stands for each of a list."""
Word = Annotated[str, Field(max_length=200)]


class FieldSource(Noun):
    """Where the value of a field is. `always`: it is this, whatever is sent. `words`: what values of the other tool mean here.

    `zone`: the time zone of times that are sent without one.
    """

    at: JsonPath | None = None
    always: Text | None = None
    words: dict[Word, Text] = {}
    zone: ZoneName | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "FieldSource":
        if (self.at is None) == (self.always is None):
            raise wrong("either at or always", "say in one way what the value is")
        return self


def _source_of(value: Any) -> Any:
    return {"at": value} if isinstance(value, str) else value


Source = Annotated[FieldSource, BeforeValidator(_source_of, json_schema_input_type=JsonPath | FieldSource)]


class IncidentFields(Noun):
    """The fields of an incident; one that is left out is not taken."""

    id: Source
    title: Source | None = None
    opened: Source | None = None
    severity: Source | None = None
    hosts: Source | None = None
    cis: Source | None = None
    service: Source | None = None
    impact: Source | None = None
    closed: Source | None = None


class IncidentMap(Noun):
    """A map; `orch` is the version of this format."""

    orch: Annotated[Literal[1], exactly(only=1)]
    fields: IncidentFields


SAME_NAMES = IncidentMap.of_valid(
    orch=1,
    fields=IncidentFields.of_valid(
        **{name: FieldSource.of_valid(at=name) for name in IncidentFields.model_fields}
    ),
)
"""Without a map, fields are called as orch calls them."""
