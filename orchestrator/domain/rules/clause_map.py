"""Maps of clauses: which evidence of a deployment a clause of a standard, a law or a house rule asks for."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.evidence.clause_evidence import EvidenceCode
from orchestrator.domain.text.model_base import Many, Name, Noun, Text
from orchestrator.domain.text.validation_error import exactly, wrong

Reading = Literal["ours", "house"]
"""Whose reading a map is: of orch's authors, or of whoever wrote it for a house. No map is the word of an issuing body."""
ClauseNumber = Annotated[str, Field(min_length=1, max_length=60)]


class MapSource(Noun):
    """The document that a map reads, its edition, and where its numbers were looked up."""

    document: Text
    edition: Text
    read_in: Text


class Clause(Noun):
    """One clause: its number, a title, what it asks for in words of our own, and the evidence for that.

    `people`: what only a person can judge; no record shows it.
    """

    clause: ClauseNumber
    title: Text
    asks: Text
    evidence: Many[EvidenceCode] = ()
    people: Many[Text] = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> "Clause":
        if not self.evidence and not self.people:
            move = "name its `evidence`, or say in `people` who must judge what"
            raise wrong("evidence, or what people judge", move, finding="neither", at="evidence")
        if len(set(self.evidence)) < len(self.evidence):
            raise wrong("each evidence once", "remove the second", finding="one twice", at="evidence")
        return self


class ClauseMap(Noun):
    """A map with all its clauses. `orch` is the version of this format, `version` that of the map."""

    orch: Annotated[Literal[1], exactly(only=1)]
    map: Name
    version: Annotated[int, Field(ge=1)]
    title: Text
    source: MapSource
    reading: Reading
    clauses: Annotated[Many[Clause], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _numbered_once(self) -> "ClauseMap":
        numbers = [each.clause for each in self.clauses]
        again = next((number for place, number in enumerate(numbers) if number in numbers[:place]), None)
        if again is not None:
            raise wrong(
                "each clause once", "join the two, or rename one", finding=f"{again} twice", at="clauses"
            )
        return self

    @property
    def named(self) -> str:
        """Such as `iso20000-2018@1`."""
        return f"{self.map}@{self.version}"
