"""Release plans as people hand them in: files, each in the folder of its project."""

from collections.abc import Callable
from pathlib import Path

from orchestrator.adapters.files.plan_file import load_plan
from orchestrator.adapters.files.project_files import project_of
from orchestrator.domain.deployment_model import DeploymentModel
from orchestrator.domain.place import Place, in_place
from orchestrator.domain.prepared import PreparedPlan
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.engine.plan_check import PlanPorts, check_plan
from orchestrator.engine.ports import Planning
from orchestrator.errors import PlanFault
from orchestrator.policy.requirements import with_defaults


class PlanFolder(Planning):
    """Loads and checks a plan file; `project` overrides the folder that its paths are relative to.

    `meanwhile` is done while Ansible is asked, of a deployment that starts.
    """

    def __init__(
        self, ports: PlanPorts, project: Path | None = None, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        self._ports = ports
        self._meanwhile = meanwhile
        self._project = project

    def prepare(self, plan: Path, place: Place | None = None) -> PreparedPlan:
        """The plan checked whole, for a deployment that starts now. Raises NotFound, PlanFault.

        The inventory of a place may be absolute; inside the project it is a file of the project all the same.
        """
        loaded = load_plan(plan)
        project = self._project.resolve() if self._project else project_of(loaded)
        there = loaded if place is None else loaded.having(in_place(loaded.plan, _inside(place, project)))
        checked = check_plan(there, project, self._ports, starting=True, meanwhile=self._meanwhile)
        if checked.faults:
            raise PlanFault(checked.faults)
        ready = checked.prepared(str(plan.resolve()), str(project))
        if place is None:
            return ready
        return ready.model_copy(update={"written": _written(loaded.plan, checked.model)})


def _inside(place: Place, project: Path) -> Place:
    inventory = Path(place.inventory)
    if not inventory.is_relative_to(project):
        return place
    return place.model_copy(update={"inventory": str(inventory.relative_to(project))})


def _written(plan: ReleasePlan, model: DeploymentModel | None) -> ReleasePlan:
    return plan if model is None else with_defaults(plan, model)
