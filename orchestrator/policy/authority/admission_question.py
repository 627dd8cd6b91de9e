"""All that admission is decided from; whoever asks gathers it, and the rules only read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.domain.authority.approval import PresentedApproval
from orchestrator.domain.authority.rehearsal import MeasuredWave, PresentedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.plan.change_request import ChangeRequest, Mode
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.release_policy import ReleasePolicy, SeparationOfDuties
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.policy.planning.policy_objections import known_roles

NO_POLICY = ReleasePolicy.of_valid(
    orch=1,
    policy="none",
    version=1,
    title="Where no release policy binds, everything is allowed that the plan does not forbid itself.",
    separation=SeparationOfDuties.of_valid(requester_approves=True, several_roles=True),
    undo_before_close=False,
)


@dataclass(frozen=True, slots=True)
class Success:
    """A release that was deployed to an environment and is known to be good there, with the digest of its artefacts."""

    environment: str
    release: str
    version: str
    artefacts: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a deployment that would start now brings along.

    `subject` is the deployment's or the schedule entry's id that approvals name. `used` are nonces of approvals that other
    deployments took. `earlier_plans` are effective plans by digest, so that a change can be named. `recent` are starts of
    earlier deployments under this policy. `measured` are wave times from the records, beside those of certificates.
    `plan_file` is what the commands that are named call the plan; `rehearsing`: the deployment is a rehearsal itself.
    `vouched` are roles that the plan asks for and whose approval was named without a signature, where nothing forbids that.
    """

    subject: str
    plan: ReleasePlan
    waves: tuple[Wave, ...]
    effective: EffectivePlan
    policy: ReleasePolicy
    requester: str
    now: datetime
    model: DeploymentModel | None = None
    change: ChangeRequest = field(default_factory=ChangeRequest)
    mode: Mode = "attended"
    approvals: tuple[PresentedApproval, ...] = ()
    certificates: tuple[PresentedCertificate, ...] = ()
    keyring: Keyring = field(default_factory=Keyring)
    used: frozenset[str] = frozenset()
    earlier_plans: Mapping[str, EffectivePlan] = field(default_factory=dict)
    recent: tuple[datetime, ...] = ()
    successes: tuple[Success, ...] = ()
    measured: tuple[MeasuredWave, ...] = ()
    plan_file: str = "PLAN"
    rehearsing: bool = False
    vouched: tuple[str, ...] = ()

    @property
    def governed(self) -> bool:
        """Whether a release policy binds it."""
        return self.policy is not NO_POLICY and self.policy != NO_POLICY

    @property
    def environment(self) -> str:
        """The environment that the plan is for."""
        return self.plan.resources.environment

    @property
    def emergency(self) -> bool:
        """Whether it is asked for under the emergency procedure."""
        return self.change.type == "emergency"

    @property
    def needs(self) -> tuple[RoleNeed, ...]:
        """Who must approve before, by the type of the change; the plan may ask for more, never for less."""
        policy = self.policy
        asked = {need.role: need for need in self._by_type()}
        if not self.emergency or policy.emergency is None:
            for role in self.plan.approval.required:
                if role not in self.vouched:
                    asked.setdefault(role, RoleNeed(role=role))
        return tuple(asked.values())

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that an approval may be given in: those of the policy, and those that the plan itself asks for."""
        return (*known_roles(self.policy), *self.plan.approval.required, *self.plan.approval.sign_off)

    def _by_type(self) -> tuple[RoleNeed, ...]:
        policy, model = self.policy, self.model
        if self.emergency and policy.emergency is not None:
            return policy.emergency.before
        if self.change.type == "standard":
            for standard in policy.standard:
                if model is not None and (standard.model, standard.version) == (model.model, model.version):
                    return standard.before
        return policy.approvals.before
