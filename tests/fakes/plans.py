"""Release plans in memory: their files, what they name, and what Ansible makes of them."""

from collections.abc import Callable
from pathlib import Path

from orchestrator.domain.plan.inspection import Inspection, PlaybookFinding, PlaybookSeen, PlaySeen, Vaulted
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.ssh_way import SettingPlace
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.project_ports import FileKind, Inspector, PlanFiles, ProjectFiles
from orchestrator.errors import NotFound


class FakePlans(PlanFiles, ProjectFiles, Inspector):
    """Sound plans by the name of their file; every other file holds what `usual` makes at that moment, where it is given.

    Every file that a plan names is there, its playbooks name every host, and its hosts are those of the plan with its pattern.
    `vault`: the vaulted values of every plan. `opened`: what Ansible opened outside of every project.
    `inventory`: every host of the inventories, where that is not the plan's. `inventory_faults`: why they cannot be read.
    `way_places`: where the settings of ways stand.
    """

    def __init__(self, usual: Callable[[], PreparedPlan] | None = None) -> None:
        self.usual = usual
        self.vault = Vaulted()
        self.opened: tuple[str, ...] = ()
        self.inventory: tuple[str, ...] | None = None
        self.inventory_faults: tuple[str, ...] = ()
        self.way_places: tuple[SettingPlace, ...] = ()
        self.plans: dict[str, PreparedPlan] = {}
        self.findings: dict[str, list[PlaybookFinding]] = {}

    def load(self, file: Path, project: Path | None = None) -> PreparedPlan:
        plan = self.plan_in(file)
        return PreparedPlan.of_valid(
            plan=plan.plan,
            plan_file=plan.plan_file,
            plan_sha256=plan.plan_sha256,
            project=str(project or plan.project),
            named=plan.plan_file,
        )

    def plan_in(self, file: Path) -> PreparedPlan:
        """The plan in a file as a test put it there."""
        if file.name in self.plans:
            return self.plans[file.name]
        if self.usual is None:
            raise NotFound(f"There is no release plan {file}; check the path.")
        return self.usual()

    def targets_of(self, plan: ReleasePlan) -> tuple[Target, ...]:
        """The hosts that the plan's pattern names."""
        plans = [*self.plans.values(), *([self.usual()] if self.usual is not None else [])]
        return next(known.targets for known in plans if known.plan.strategy.hosts == plan.strategy.hosts)

    def kind(self, project: Path, path: str) -> FileKind:
        return "file"

    def kind_anywhere(self, project: Path, path: str) -> FileKind:
        return "file"

    def text(self, project: Path, path: str) -> str | None:
        return None

    def inspect(
        self, plan: ReleasePlan, project: Path, say: Callable[[str], None] = lambda step: None
    ) -> Inspection:
        targets = self.targets_of(plan)
        plays = (PlaySeen(name="all", hosts=tuple(target.host for target in targets)),)
        playbooks = plan.playbooks
        return Inspection(
            targets=() if self.inventory_faults else targets,
            inventory_faults=self.inventory_faults,
            way_places=self.way_places,
            groups={} if self.inventory is None else {"all": self.inventory},
            playbooks=tuple(PlaybookSeen(path=path, plays=plays) for path in playbooks),
            vaulted=self.vault,
            opened=self.opened,
        )

    def unsafe_constructs(self, playbook: Path, project: Path) -> list[PlaybookFinding]:
        return self.findings.get(str(playbook.relative_to(project)), [])

    def tree_findings(self, plan: ReleasePlan, project: Path) -> list[PlaybookFinding]:
        return []

    def code_of_tree(self, plan: ReleasePlan, project: Path) -> list[str]:
        return []

    def settings_overridden(self, project: Path) -> list[str]:
        return []
