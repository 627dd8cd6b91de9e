"""A row of an import or export: what a table says of one configuration item."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from orchestrator.domain.cmdb.facts import CiKind
from orchestrator.domain.cmdb.words import CI_ATTRIBUTES, CiAttribute, CiName, CiText
from orchestrator.domain.text.model_base import Many, Name, Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.validation_error import wrong

RelationText = Annotated[str, Field(min_length=1, max_length=400)]


class CiRow(Noun):
    """One row. An item is named by its `id`, or by kind and name; what is None says nothing.

    `relations`: each a type and an item, such as `depends_on service:pay`. `proved_at` and `proved_by` are written by exports
    alone, and not read.
    """

    id: Annotated[str, Field(max_length=300)] | None = None
    kind: CiKind | None = None
    name: CiName | None = None
    environment: Name | None = None
    status: CiText | None = None
    version: CiText | None = None
    description: CiText | None = None
    location: CiText | None = None
    owner: CiText | None = None
    address: CiText | None = None
    relations: Many[RelationText] = ()
    proved_at: str | None = None
    proved_by: str | None = None

    @field_validator("environment", mode="before")
    @classmethod
    def _none_of_any(cls, value: object) -> object:
        """An item of no environment is exported with an empty one."""
        return None if value == "" else value

    @field_validator(*CI_ATTRIBUTES)
    @classmethod
    def _on_one_line(cls, value: str | None) -> str | None:
        return None if value is None else plain(value, 2000)

    @model_validator(mode="after")
    def _named(self) -> "CiRow":
        if self.id is None and (self.kind is None or self.name is None):
            raise wrong("an id, or kind and name", "say which configuration item the row is about")
        return self

    def attributes(self) -> dict[CiAttribute, str]:
        """The attributes that the row says something of."""
        values = {attribute: getattr(self, attribute) for attribute in CI_ATTRIBUTES}
        return {attribute: value for attribute, value in values.items() if value is not None}


ROW_FIELDS = tuple(CiRow.model_fields)
