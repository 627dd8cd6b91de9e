"""A release plan with what is known about it so far."""

from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.loaded_file import fault_in
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.ssh_way import SettingPlace
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.document_on_record import DocumentOnRecord
from orchestrator.domain.rules.environment import Environment, class_known
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Many, Noun
from orchestrator.errors import Fault


class PreparedPlan(Noun):
    """What a deployment starts from, where there are no faults.

    Known after reading: the plan, its absolute path, the digest of its bytes, `project` (the absolute directory that its
    paths are relative to), `named` (the file as the user named it) and the line of each path in it. Known after checking:
    everything else; the plan then includes the defaults of its model. `effective` is None where there are faults.
    `copy_size`: the bytes of its tree. `foreseen`: paths outside of the project that it warns of. `installed`: what
    runs use of collections and roles outside of it. `written`: in a rehearsal elsewhere, the plan for its own environment.
    `environment`: what a file says of it; `environment_unknown`: files know others only. `documents`: how model and policy
    stand as documents.
    """

    plan: ReleasePlan
    plan_file: str
    plan_sha256: str
    project: str
    named: str = ""
    lines: dict[str, int] = {}
    targets: Many[Target] = ()
    beside: Many[Target] = ()
    way_places: Many[SettingPlace] = ()
    waves: Many[Wave] = ()
    faults: Many[Fault] = ()
    warnings: Many[Fault] = ()
    policy: ReleasePolicy | None = None
    model: DeploymentModel | None = None
    effective: EffectivePlan | None = None
    copy_size: int = 0
    foreseen: Many[str] = ()
    installed: Many[InstalledPart] = ()
    written: ReleasePlan | None = None
    environment: Environment | None = None
    environment_unknown: bool = False
    documents: Many[DocumentOnRecord] = ()

    @property
    def environment_class(self) -> str | None:
        """The class of the environment, `unknown` where files know others only; None where no file knows any."""
        return class_known(self.environment, unknown=self.environment_unknown)

    def fault(self, objection: Objection) -> Fault:
        """An objection as a fault of this plan, with its line."""
        return fault_in(self.named, self.lines, objection)
