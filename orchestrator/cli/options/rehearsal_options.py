"""The options that name the environment of a rehearsal."""

from pathlib import Path

from orchestrator.domain.plan.rehearsal_place import RehearsalPlace


def rehearsal_place(environment: str, inventory: Path | None) -> RehearsalPlace:
    """The environment with its inventory, which is below `inventories` of the project unless another one is named."""
    where = inventory.absolute() if inventory is not None else Path("inventories") / environment
    return RehearsalPlace.model_validate({"environment": environment, "inventory": str(where)})
