"""The shape of a problem (RFC 9457), as the document of the API has it."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ProblemDetails(BaseModel):
    """`code` is stable, and `type` is made of it; `detail` says what to do. `faults`: each fault of what was sent."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    faults: list[dict[str, str]] = Field(default_factory=list)
