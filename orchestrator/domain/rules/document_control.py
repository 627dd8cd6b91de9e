"""Deployment models and release policies as controlled documents: who answers for them, and how long they count.

ISO/IEC 20000-1 4.3.2 (control of documents); ITIL 4 deployment management 3.1.1 (deployment models).
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.rules.requirement import Need
from orchestrator.domain.text.model_base import Day, Many, Name, Noun, PositiveSeconds, Sha256
from orchestrator.domain.text.names import ReadableText, looks_like, same_name
from orchestrator.domain.text.validation_error import wrong

YEAR = 365 * 86400.0
DocumentStatus = Literal["draft", "approved", "retired"]
DocumentKind = Literal["model", "policy"]


class DocumentControl(Noun):
    """The section `document` of a model or policy. It governs the file and is no rule of any deployment.

    `approver`: who alone may sign it; without one, whoever the policy lets. `approved_on`: when it was first approved.
    `valid_until`: the last day on which it counts, in UTC. `review_every`: how long an approval stands before a review.
    """

    author: ReadableText
    approver: ReadableText | None = None
    status: DocumentStatus = "draft"
    approved_on: Day | None = None
    valid_until: Day | None = None
    review_every: PositiveSeconds = YEAR

    @model_validator(mode="after")
    def _two_people(self) -> "DocumentControl":
        approver = self.approver
        if approver is not None and (same_name(approver, self.author) or looks_like(approver, self.author)):
            raise wrong("somebody else than the author", "have another person approve it", at="approver")
        return self

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> "DocumentControl":
        if (
            self.approved_on is not None
            and self.valid_until is not None
            and self.valid_until < self.approved_on
        ):
            raise wrong("a day after `approved_on`", "correct one of the two", at="valid_until")
        return self


class DocumentsRule(Noun):
    """What a policy demands of its deployments' model, and of itself, as documents.

    `must_be`: `approved`: each must be approved by signature, valid and unchanged since; `any`: what is lacking is a warning.
    `approved_by`: the roles in which they are approved; without any, the roles that change the policy. `overseers` approve
    the first live use of each new version as well.
    """

    must_be: Literal["approved", "any"] = "approved"
    approved_by: Many[ReadableText] = ()
    overseers: Many[Need] = ()


class DocumentFile(Noun):
    """The file of a model or policy: its version, the SHA-256 of its bytes, and its section `document`."""

    what: DocumentKind
    name: Name
    version: Annotated[int, Field(ge=1)]
    file: str
    sha256: Sha256
    control: DocumentControl | None = None

    @property
    def title(self) -> str:
        """Such as `model removal version 2`."""
        return f"{self.what} {self.name} version {self.version}"
