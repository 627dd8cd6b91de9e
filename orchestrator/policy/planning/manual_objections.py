"""Whether a plan knows who does its work by hand: a role that somebody holds, or a supplier with a contact."""

from collections.abc import Iterator

from orchestrator.domain.plan.manual_step import ManualStep
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.text.names import is_among


def nobody_knows_who(plan: ReleasePlan) -> Iterator[Objection]:
    """Objections to manual steps of somebody whom the plan does not name, and to words of roles that nobody holds."""
    for path, step in _steps(plan):
        suppliers = [supplier.name for supplier in plan.suppliers]
        if not is_among(step.who, [*plan.roles, *suppliers]):
            known = ", ".join([*plan.roles, *suppliers])
            move = f"name it in `roles` or `suppliers`, or use one of: {known}"
            yield Objection(f"{path}.who", "a role or a supplier of the plan", f"`{step.who}`", move)
        elif not is_among(step.role, plan.roles):
            move = "add `confirmed_by` with a role of the plan"
            yield Objection(
                f"{path}.confirmed_by", "the role whose word ends the step", f"`{step.role}`", move
            )


def _steps(plan: ReleasePlan) -> Iterator[tuple[str, ManualStep]]:
    for stage in plan.stages:
        for path, step in ((stage.path, stage.manual), (stage.backout.path, stage.backout.manual)):
            if step is not None:
                yield f"{path}.manual", step
