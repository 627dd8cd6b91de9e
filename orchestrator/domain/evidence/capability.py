"""A capability assessment: which criteria are met, on what evidence, and by whose word (ITIL 4 deployment management 7.1)."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from orchestrator.domain.text.model_base import Many, Moment, Name, Noun, Text

CapabilityEvidenceCode = Literal[
    "uses_model",
    "roles_named",
    "approved_model",
    "documents_in_order",
    "environment_governed",
    "units_controlled",
    "authorised",
    "change_named",
    "proved_ends",
    "rehearsed",
    "told",
    "models_measured",
    "reviews_held",
    "satisfaction_asked",
    "objectives_known",
    "models_renewed",
    "actions_done",
]
"""What orch counts itself. Each is a share of cases."""
CAPABILITY_EVIDENCE: tuple[CapabilityEvidenceCode, ...] = get_args(CapabilityEvidenceCode)
CapabilityState = Literal["met", "partly", "not_met", "unknown"]
CapabilityAnswer = Literal["yes", "partly", "no"]
Level = Annotated[int, Field(ge=1, le=5)]
CriterionLevel = Annotated[int, Field(ge=2, le=5)]
Cases = Annotated[int, Field(ge=0)]


class SeenEvidence(Noun):
    """`part` of `of` cases, and what that says; `unknown` where there are too few cases."""

    code: CapabilityEvidenceCode
    part: Cases
    of: Cases
    state: CapabilityState


class PersonsAnswer(Noun):
    """What a person answered to the question of a criterion; it counts before `until`. `signed`: by a key trusted then."""

    answer: CapabilityAnswer
    note: Text
    by: Text
    at: Moment
    until: Moment
    signed: bool = False


class CriterionResult(Noun):
    """One criterion. `question`: what a person is asked, as it was asked; empty where nobody is.

    `answer` is the newest to that question that still counts. `contradicted`: the person says yes, and the records deny it.
    """

    criterion: Name
    level: CriterionLevel
    state: CapabilityState
    evidence: Many[SeenEvidence] = ()
    question: str = ""
    answer: PersonsAnswer | None = None
    contradicted: bool = False


class CapabilityAssessment(Noun):
    """The result as of `made`, of the deployments of one period and, where given, one service or environment.

    `level`: the highest of which all criteria are met, and all of the levels below; 1: not even those of level 2; None: not
    known. `criteria`, `version`: which criteria. `begun`: deployments that began in the period. `unreadable`: how many could
    not be read.
    """

    criteria: Name
    version: Annotated[int, Field(ge=1)]
    made: Moment
    begins: Moment
    ends: Moment
    service: Text | None = None
    environment: Text | None = None
    level: Level | None
    begun: Cases
    unreadable: Cases = 0
    results: Many[CriterionResult]

    def met_of(self, level: int) -> tuple[int, int]:
        """How many criteria of this level are met, and how many it has."""
        states = [result.state for result in self.results if result.level == level]
        return states.count("met"), len(states)
