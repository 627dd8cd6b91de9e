"""What a release policy says of words that come late: a rollback after the end, a concession, a confirmation, a sign-off."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.rules.requirement import Need
from orchestrator.domain.text.model_base import Many, Noun


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
