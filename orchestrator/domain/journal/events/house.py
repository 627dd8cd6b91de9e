"""Events of the house, which concern every deployment: release policies that come into force, and that end."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Name, Noun, Text


class PolicyAdopted(Noun):
    """A release policy is in force: of its name, exactly this version binds from now on.

    `deployment`: the one whose start was the first under it; None where a person adopted it. `project`: where that was said.
    `keyed`: keys were trusted there, so that from then on only a signed word changes it. `signed`: the word of that person.
    """

    kind: Literal["policy_adopted"] = "policy_adopted"
    policy: ReleasePolicy
    by: Text
    reason: Text
    deployment: Name | None = None
    project: Text
    keyed: bool
    signed: SignedApproval | None = None


class PolicyWithdrawn(Noun):
    """A release policy is no longer in force; what it governed may go on without it."""

    kind: Literal["policy_withdrawn"] = "policy_withdrawn"
    policy: Name
    version: Annotated[int, Field(ge=1)]
    by: Text
    reason: Text
    signed: SignedApproval | None = None
