"""The ports `Inspector` and `Inventory` on Ansible's own reading of a project."""

from pathlib import Path

from orchestrator.adapters.ansible.acceleration import lacking
from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.lint import unsafe_constructs
from orchestrator.adapters.ansible.settings import cfg_conflicts
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.inspection import Inspection, PlaybookFinding
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.domain.target import Target
from orchestrator.engine.ports import Inspector, Inventory
from orchestrator.errors import Fault, PlanFault


class AnsibleInspector(Inspector):
    """Every question about a plan's Ansible files; at most one start of Ansible each, and none where a zygote answers."""

    def __init__(self, warm: WarmStart | None = None) -> None:
        self._warm = warm

    def inspect(self, plan: ReleasePlan, project: Path) -> Inspection:
        """The inventory, the deploy playbook and the backout playbook, with the variables that each is given."""
        found = _inspect(plan, project, plan.strategy.hosts, with_playbooks=True, warm=self._warm)
        return found.model_copy(update={"no_acceleration": lacking(plan.strategy.accelerate)})

    def unsafe_constructs(self, playbook: Path, project: Path) -> list[PlaybookFinding]:
        """From the files themselves; nothing is started."""
        return unsafe_constructs(playbook, project)

    def settings_overridden(self, project: Path) -> list[str]:
        """From the project's ansible.cfg."""
        return cfg_conflicts(project)


class AnsibleInventory(Inventory):
    """Targets as Ansible resolves them."""

    def resolve(self, plan: ReleasePlan, project: Path, pattern: str) -> list[Target]:
        """The targets, or every reason why there are none."""
        found = _inspect(plan, project, pattern, with_playbooks=False)
        if found.inventory_faults:
            expected = f"an inventory in which `{pattern}` names hosts"
            raise PlanFault(
                Fault(
                    plan.resources.inventory,
                    None,
                    "",
                    expected,
                    fault,
                    "correct the inventory or the pattern",
                )
                for fault in found.inventory_faults
            )
        return list(found.targets)


def _inspect(
    plan: ReleasePlan, project: Path, pattern: str, *, with_playbooks: bool, warm: WarmStart | None = None
) -> Inspection:
    runs = [
        (plan.strategy.playbook, plan.strategy.variables),
        (plan.backout.playbook, plan.backout.variables),
    ]
    password = plan.resources.vault_password_file
    return inspect(
        project,
        [Path(playbook) for playbook, _ in runs] if with_playbooks else [],
        Path(plan.resources.inventory),
        pattern,
        None if password is None else Path(password),
        dynamic_allowed=plan.resources.dynamic_inventory,
        variables=[variables for _, variables in runs],
        beside=Path(plan.strategy.playbook),
        warm=warm,
    )
