"""What came of checking a plan against its files, its inventory and its playbooks."""

from dataclasses import dataclass

from orchestrator.domain.deployment_model import DeploymentModel
from orchestrator.domain.effective_plan import EffectivePlan
from orchestrator.domain.loaded_plan import LoadedPlan
from orchestrator.domain.prepared import PreparedPlan
from orchestrator.domain.release_policy import ReleasePolicy
from orchestrator.domain.target import Target
from orchestrator.domain.wave import Wave
from orchestrator.errors import Fault


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A plan with its hosts and waves; a deployment may start only where there are no faults.

    The plan has the defaults of its model. `effective` is None where there are faults. `copy_size`: bytes of its tree.
    """

    loaded: LoadedPlan
    targets: tuple[Target, ...]
    waves: tuple[Wave, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    policy: ReleasePolicy | None = None
    model: DeploymentModel | None = None
    effective: EffectivePlan | None = None
    copy_size: int = 0

    def prepared(self, plan_file: str, project: str) -> PreparedPlan:
        """What a deployment starts from; of a plan without faults only."""
        return PreparedPlan(
            plan=self.loaded.plan,
            plan_file=plan_file,
            plan_sha256=self.loaded.sha256,
            project=project,
            targets=self.targets,
            waves=self.waves,
            warnings=tuple(str(warning) for warning in self.warnings),
            policy=self.policy,
            model=self.model,
            effective=self.effective,
            copy_size=self.copy_size,
        )
