"""The port `Inspector` on Ansible's own reading of a project."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.adapters.ansible.acceleration import lacking, stock
from orchestrator.adapters.ansible.become_passwords import names_passwords
from orchestrator.adapters.ansible.collections_used import package_folders
from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.installation import AnsibleInstallation, Choice, other_than_own
from orchestrator.adapters.ansible.isolation.images import Images
from orchestrator.adapters.ansible.settings import (
    cfg_conflicts,
    decrypts,
    passed_environment,
    secret_environment,
)
from orchestrator.adapters.ansible.ssh_password_need import password_faults
from orchestrator.adapters.ansible.tree_check.code import code_of_tree
from orchestrator.adapters.ansible.tree_check.foreseen import named_by_reading
from orchestrator.adapters.ansible.tree_check.lint import unsafe_constructs
from orchestrator.adapters.ansible.tree_check.tree_findings import parts_installed, tree_findings
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.plan.inspection import Inspection, PlaybookFinding, Vaulted
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import with_identities
from orchestrator.engine.project_ports import Inspector


class AnsibleInspector(Inspector):
    """Every question about a plan's Ansible files; at most one start of Ansible each, and none where a zygote answers."""

    def __init__(
        self,
        warm: WarmStart | None = None,
        choice: Choice | None = None,
        become: str | None = None,
        *,
        images: Images | None = None,
        home: Path | None = None,
    ) -> None:
        """`choice`: the Ansible that is asked [default: orch's own]. `become`: the password that a person gave.

        `images`: what is known of images. `home`: what an image does not see.
        """
        self._images, self._home = images or Images(), home
        self._warm = warm
        self._choice = choice
        self._become = become

    def inspect(
        self, plan: ReleasePlan, project: Path, say: Callable[[str], None] = lambda step: None
    ) -> Inspection:
        """The inventory, and of each stage the deploy and the backout playbook, with the variables that each is given."""
        return self._inspect(plan, project, None, say)

    def _inspect(
        self,
        plan: ReleasePlan,
        project: Path,
        origin: Path | None,
        say: Callable[[str], None] = lambda step: None,
    ) -> Inspection:
        runs = [
            run
            for stage in plan.stages
            for run in (
                (stage.playbook, stage.variables),
                (stage.backout.playbook, {**stage.variables, **stage.backout.variables}),
            )
            if run[0]
        ]
        password = plan.resources.vault_password_file
        passed = passed_environment(plan.resources.pass_environment, os.environ)
        inspection = inspect(
            project,
            [Path(playbook) for playbook, _ in runs],
            Path(plan.resources.inventory),
            plan.strategy.hosts,
            None if password is None else Path(password),
            dynamic_allowed=plan.resources.dynamic_inventory,
            variables=[variables for _, variables in runs],
            beside=Path(runs[0][0]) if runs else Path(plan.resources.inventory),
            warm=None if plan.resources.execution_environment else self._warm,
            installation=self._installation(plan),
            hidden=self._home,
            passed=passed,
            origin=origin,
            hosts_beside=plan.balancer_hosts,
            become=self._become,
            say=say,
            may_read=[
                *(expanded(name) for name in plan.resources.ingredients),
                *(project / name for name in plan.resources.outputs),
            ],
        )
        unusable = list(password_faults(inspection.targets, self._installation(plan)))
        if unusable:
            inspection = inspection.model_copy(
                update={"targets": (), "beside": (), "inventory_faults": tuple(unusable)}
            )
        absent = tuple(name for name in plan.resources.pass_environment if not os.environ.get(name))
        return inspection.model_copy(
            update={
                "no_acceleration": lacking(plan.strategy.accelerate, self._installation(plan)),
                "not_accelerated": stock(plan.strategy.accelerate, self._installation(plan)),
                "absent_environment": absent,
                "opened": _not_named(inspection.opened, plan, project),
                "targets": with_identities(plan.resources.without_ssh, inspection.targets),
                "vaulted": inspection.vaulted.model_copy(update={"passed": secret_environment(passed)}),
            }
        )

    @property
    def given_password(self) -> bool:
        """See the port."""
        return self._become is not None

    def _installation(self, plan: ReleasePlan) -> AnsibleInstallation | None:
        """The Ansible of the plan's image, else the chosen one; None: orch's own. Raises MachineLacks."""
        image = plan.resources.execution_environment
        return self._images.installation(image) if image else other_than_own(self._choice)

    def _packages(self, plan: ReleasePlan | None = None) -> tuple[Path, ...] | None:
        """Where packages are beside the Ansible that runs; None: beside orch's own, or in an image, which no file says."""
        image = plan is not None and plan.resources.execution_environment
        chosen = None if image else other_than_own(self._choice)
        return None if chosen is None else package_folders(chosen)

    def _parts(self, plan: ReleasePlan, project: Path, opened: Sequence[str]) -> list[InstalledPart]:
        return parts_installed(plan, project, opened, self._packages(plan))

    def tree_findings(self, plan: ReleasePlan, project: Path) -> list[PlaybookFinding]:
        """From the files themselves; nothing is started."""
        return tree_findings(plan, project, self._packages(plan))

    def installed(self, plan: ReleasePlan, project: Path, opened: Sequence[str]) -> list[InstalledPart]:
        """From the files themselves; nothing is started. An image has its own, which its digest covers."""
        return [] if plan.resources.execution_environment else self._parts(plan, project, opened)

    def vaulted(self, plan: ReleasePlan, project: Path, origin: Path | None = None) -> Vaulted:
        """By an inspection; without one where there is nothing to decrypt with, and no password of a host."""
        if self._become is not None or _decrypts(plan, project):
            return self._inspect(plan, project, origin).vaulted
        passed = passed_environment(plan.resources.pass_environment, os.environ)
        return Vaulted(passed=secret_environment(passed))

    def unsafe_constructs(self, playbook: Path, project: Path) -> list[PlaybookFinding]:
        """From the files themselves; nothing is started."""
        return unsafe_constructs(playbook, project, self._packages())

    def code_of_tree(self, plan: ReleasePlan, project: Path) -> list[str]:
        """From the names of the files alone."""
        return code_of_tree(plan, project)

    def settings_overridden(self, project: Path) -> list[str]:
        """From the project's ansible.cfg."""
        return cfg_conflicts(project)


def _not_named(opened: Sequence[str], plan: ReleasePlan, project: Path) -> tuple[str, ...]:
    """Without the files that the check names by reading the project alone, and those that links of the tree lead to."""
    if not opened:
        return ()
    is_named = named_by_reading(plan, project)
    linked = {path for path in opened if Path(path).is_relative_to(project)}
    linked |= {os.path.realpath(path) for path in linked}
    return tuple(path for path in opened if path not in linked and not is_named(path))


def _decrypts(plan: ReleasePlan, project: Path) -> bool:
    if decrypts(project, plan.resources.vault_password_file):
        return True
    return names_passwords(project, Path(plan.resources.inventory))
