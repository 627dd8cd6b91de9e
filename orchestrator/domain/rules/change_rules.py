"""What a release policy says of changes of major impact, and of people: who may hold which role, and where at one time."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.rules.requirement import Need, Required
from orchestrator.domain.text.model_base import Many, Name, Noun, PositiveSeconds
from orchestrator.domain.text.names import ReadableText
from orchestrator.domain.text.validation_error import wrong


class MajorChange(Noun):
    """What a change of major impact needs in addition (ISO/IEC 20000-1 9.2).

    `before` approve as well. `windows` names the maintenance windows that it may use; empty: any. `verification` is required
    of its plan as well. It is reviewed by `reviewers` within `review_within` of its start. Roles, windows and review count
    again where it is taken back after its end.
    """

    before: Many[Need] = ()
    windows: Many[Name] = ()
    verification: Required = Required.of_valid()
    review_within: PositiveSeconds | None = None
    reviewers: Many[Need] = ()

    @model_validator(mode="after")
    def _review_is_whole(self) -> "MajorChange":
        if (self.review_within is None) == bool(self.reviewers):
            raise wrong(
                "`review_within` together with `reviewers`",
                "say both or neither",
                finding="one without the other",
                at="reviewers",
            )
        return self


class Competence(Noun):
    """Who is competent to hold a role."""

    role: ReadableText
    people: Annotated[tuple[ReadableText, ...], Field(strict=False, min_length=1)]


class PeopleRule(Noun):
    """Rules about people as a resource (ITIL 4 deployment management 4.1.1).

    `overlap`: what happens where a person is in two deployments at one time. `not_busy`: roles that keep nobody busy, such as
    those that only approve. `competent`: for a role that is listed, nobody else may hold it in a plan.
    """

    overlap: Literal["warn", "refuse"] = "warn"
    not_busy: Many[ReadableText] = ()
    competent: Many[Competence] = ()
