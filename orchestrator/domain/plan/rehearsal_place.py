"""The place of a rehearsal: which parts of a plan are replaced for another environment (docs/adr/0023)."""

from orchestrator.domain.plan.planned_schedule import Schedule
from orchestrator.domain.plan.release_plan import Approval, ReleasePlan
from orchestrator.domain.plan.resources import Resources
from orchestrator.domain.text.model_base import Name, Noun, Text


class RehearsalPlace(Noun):
    """Another environment for a plan, with its inventory."""

    environment: Name
    inventory: Text


def in_place(plan: ReleasePlan, place: RehearsalPlace) -> ReleasePlan:
    """The plan for another environment, without schedule or approvals of its own; the policy there still applies.

    Its zones are of its own hosts: in another inventory they are said there.

    A policy may ask for a ticket there: it is in the system of the plan's, and another one.
    """
    ticket = plan.approval.ticket
    there = None if ticket is None else ticket.model_copy(update={"number": None})
    zones = plan.resources.zones if place.inventory == plan.resources.inventory else {}
    resources = Resources.updated(
        plan.resources, environment=place.environment, inventory=place.inventory, zones=zones
    )
    update = {"resources": resources, "schedule": Schedule(), "approval": Approval(ticket=there)}
    return plan.model_copy(update=update)
