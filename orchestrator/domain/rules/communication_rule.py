"""Whom a release policy has told of a deployment, at which moments (ISO/IEC 20000-1 9.3)."""

from typing import Annotated

from pydantic import Field, field_validator

from orchestrator.domain.plan.communication import MessageMoment
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.names import ReadableText, as_read
from orchestrator.domain.text.validation_error import wrong

Moments = Annotated[tuple[MessageMoment, ...], Field(strict=False, min_length=1)]


class CommunicationRule(Noun):
    """`tell`: audiences that orch itself must tell, each at these moments, by a channel that the house has."""

    tell: Annotated[dict[ReadableText, Moments], Field(min_length=1)]

    @field_validator("tell")
    @classmethod
    def _each_audience_once(cls, tell: dict[str, Moments]) -> dict[str, Moments]:
        if len({as_read(audience) for audience in tell}) < len(tell):
            raise wrong("each audience once", "write its moments in one list", finding="one twice")
        return tell
