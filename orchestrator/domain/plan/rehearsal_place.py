"""The place of a rehearsal: what of a plan is replaced when it is rehearsed in another environment (docs/adr/0023)."""

from orchestrator.domain.plan.release_plan import Approval, ReleasePlan, Schedule
from orchestrator.domain.text.model_base import Name, Noun, Text


class RehearsalPlace(Noun):
    """Another environment for a plan, and its inventory there."""

    environment: Name
    inventory: Text


def in_place(plan: ReleasePlan, place: RehearsalPlace) -> ReleasePlan:
    """The plan in another environment, at any time and on nobody's word but that of the policy that binds there."""
    resources = plan.resources.model_copy(
        update={"environment": place.environment, "inventory": place.inventory}
    )
    update = {"resources": resources, "schedule": Schedule(), "approval": Approval()}
    return plan.model_copy(update=update)
