"""What a release policy says of words that come late: rollback after the end, concession, confirmation, sign-off, review."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.rules.requirement import Need
from orchestrator.domain.text.model_base import Many, Noun, PositiveSeconds


class LateBackout(Noun):
    """Who must agree that a completed deployment is taken back, and who in an emergency.

    Empty: the roles of `approvals.before`, and those of `emergency.before`.
    """

    before: Many[Need] = ()
    emergency: Many[Need] = ()


class Concessions(Noun):
    """Who must agree that a deployment goes on without a host."""

    roles: Annotated[tuple[Need, ...], Field(strict=False, min_length=1)]


class ConfirmRule(Noun):
    """Whether a gate may be confirmed while its soak time runs; the soak goes on to its end all the same."""

    before_soak_ends: bool = False


class SignOffRule(Noun):
    """When a whole sign-off ends early life support: after the minimum that model and policy require, or at once."""

    ends_early_life: Literal["after_minimum", "at_once"] = "after_minimum"


class ReviewRule(Noun):
    """After which deployments a post-implementation review follows, and within which time; None: no time is said.

    `incident_days`: incidents that are opened so long after the end, on what was deployed to, are proposed to be linked.
    """

    after: Literal["failed", "each"] = "failed"
    within: PositiveSeconds | None = None
    incident_days: Annotated[int, Field(ge=1, le=366)] = 7
