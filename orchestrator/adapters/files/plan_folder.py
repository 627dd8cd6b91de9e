"""Release plans as people hand them in: files, each in the folder of its project."""

from collections.abc import Callable
from pathlib import Path

from orchestrator.adapters.files.plan_file import load_plan
from orchestrator.adapters.files.project_files import project_of
from orchestrator.domain.prepared import PreparedPlan
from orchestrator.engine.plan_check import PlanPorts, check_plan
from orchestrator.engine.ports import Planning
from orchestrator.errors import PlanFault


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

    def prepare(self, plan: Path) -> PreparedPlan:
        """The plan checked whole, for a deployment that starts now. Raises NotFound, PlanFault."""
        loaded = load_plan(plan)
        project = self._project.resolve() if self._project else project_of(loaded)
        checked = check_plan(loaded, project, self._ports, starting=True, meanwhile=self._meanwhile)
        if checked.faults:
            raise PlanFault(checked.faults)
        return PreparedPlan(
            plan=checked.loaded.plan,
            plan_file=str(plan.resolve()),
            plan_sha256=loaded.sha256,
            project=str(project),
            targets=checked.targets,
            waves=checked.waves,
            warnings=tuple(str(warning) for warning in checked.warnings),
            policy=checked.policy,
            model=checked.model,
            effective=checked.effective,
            copy_size=checked.copy_size,
        )
