"""A release plan made ready: checked, with its hosts and waves resolved."""

from orchestrator.domain.deployment_model import DeploymentModel
from orchestrator.domain.effective_plan import EffectivePlan
from orchestrator.domain.noun import Many, Noun
from orchestrator.domain.release_plan import ReleasePlan
from orchestrator.domain.release_policy import ReleasePolicy
from orchestrator.domain.target import Target
from orchestrator.domain.wave import Wave


class PreparedPlan(Noun):
    """What a deployment starts from. `project` is the absolute directory that the plan's paths are relative to.

    `written`: where the plan was put in another place, to be rehearsed there, the plan for the place it goes to.
    """

    plan: ReleasePlan
    plan_file: str
    plan_sha256: str
    project: str
    targets: Many[Target]
    waves: Many[Wave]
    warnings: Many[str] = ()
    policy: ReleasePolicy | None = None
    model: DeploymentModel | None = None
    effective: EffectivePlan | None = None
    copy_size: int = 0
    written: ReleasePlan | None = None
