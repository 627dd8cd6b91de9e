"""A plan in the place where it is rehearsed."""

from pathlib import Path

from orchestrator.domain.plan.rehearsal_place import RehearsalPlace, in_place
from orchestrator.domain.rules.prepared_plan import PreparedPlan


def put_in(loaded: PreparedPlan, place: RehearsalPlace) -> PreparedPlan:
    """Use the rehearsal's inventory. An absolute path inside the project still counts as a file of the project."""
    inventory = Path(place.inventory)
    if inventory.is_relative_to(loaded.project):
        place = place.model_copy(update={"inventory": str(inventory.relative_to(loaded.project))})
    return loaded.model_copy(update={"plan": in_place(loaded.plan, place)})
