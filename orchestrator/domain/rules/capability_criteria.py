"""Criteria by which an organization assesses its capability, as a versioned file (ITIL 4 deployment management 7.1)."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.evidence.capability import CapabilityEvidenceCode, CriterionLevel
from orchestrator.domain.text.model_base import Many, Name, Noun, PositiveSeconds, Text
from orchestrator.domain.text.validation_error import exactly, wrong

Dimension = Literal[
    "organizations and people",
    "information and technology",
    "partners and suppliers",
    "value streams and processes",
]
"""The four dimensions of service management of ITIL 4."""
PartOfAll = Annotated[float, Field(gt=0, le=1)]


class EvidenceRule(Noun):
    """From which share of its cases on it is `met`, or `partly`. Fewer than `cases` say nothing. `why`: the reason."""

    evidence: CapabilityEvidenceCode
    met: PartOfAll
    partly: PartOfAll
    cases: Annotated[int, Field(ge=1)]
    why: Text

    @model_validator(mode="after")
    def _partly_below_met(self) -> "EvidenceRule":
        if self.partly > self.met:
            raise wrong("at most the share of `met`", "correct one of the two", at="partly")
        return self


class Criterion(Noun):
    """One criterion: what records show of it, and what only a person can answer. It is met when all of that says so."""

    criterion: Name
    level: CriterionLevel
    factor: Name
    dimension: Dimension
    says: Text
    evidence: Many[EvidenceRule] = ()
    question: Text | None = None

    @model_validator(mode="after")
    def _can_be_met(self) -> "Criterion":
        if not self.evidence and self.question is None:
            raise wrong("`evidence`, a `question`, or both", "add one of them", at="evidence")
        return self


class SuccessFactor(Noun):
    """A practice success factor, to which criteria belong."""

    factor: Name
    title: Text


class CapabilityCriteria(Noun):
    """A file of criteria. `orch` is the version of this format, `version` that of the criteria.

    `source`, `edition`: what they are from. `reading`: how far the words are ours. `answers_stand`: how long an answer counts.
    """

    orch: Annotated[Literal[1], exactly(only=1)]
    criteria: Name
    version: Annotated[int, Field(ge=1)]
    title: Text
    source: Text
    edition: Text
    reading: Text
    answers_stand: PositiveSeconds
    factors: Annotated[tuple[SuccessFactor, ...], Field(strict=False, min_length=1)]
    each: Annotated[tuple[Criterion, ...], Field(strict=False, min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _each_once(self) -> "CapabilityCriteria":
        for names, at in (
            ([each.criterion for each in self.each], "each"),
            ([each.factor for each in self.factors], "factors"),
        ):
            twice = [name for name, times in Counter(names).items() if times > 1]
            if twice:
                raise wrong("each name once", "rename or remove one", finding=", ".join(twice), at=at)
        return self

    @model_validator(mode="after")
    def _known_factors(self) -> "CapabilityCriteria":
        known = {each.factor for each in self.factors}
        unknown = sorted({each.factor for each in self.each} - known)
        if unknown:
            raise wrong(
                "a factor of `factors`", "add it there, or correct it", finding=", ".join(unknown), at="each"
            )
        return self

    @model_validator(mode="after")
    def _no_level_without_criteria(self) -> "CapabilityCriteria":
        levels = {each.level for each in self.each}
        if levels != set(range(2, max(levels) + 1)):
            raise wrong(
                "criteria of each level from 2 on", "add those of the level that is left out", at="each"
            )
        return self

    def named(self, name: str) -> Criterion | None:
        """The criterion of this name."""
        return next((each for each in self.each if each.criterion == name), None)
