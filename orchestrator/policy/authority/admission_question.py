"""All inputs of the admission decision: the caller gathers them, and the rules only read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.domain.authority.approval import PresentedApproval
from orchestrator.domain.authority.document_approval import PresentedDocument
from orchestrator.domain.authority.rehearsal import MeasuredWave, PresentedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.evidence.completed_times import CompletedTimes
from orchestrator.domain.evidence.run_software import RunSoftware
from orchestrator.domain.plan.change_request import ChangeRequest, Mode
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.channels import ChannelKind
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.environment import class_known
from orchestrator.domain.rules.live_use import is_live_use, versions_of
from orchestrator.domain.rules.release_policy import ReleasePolicy, SeparationOfDuties
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.seal.findings import SealFinding
from orchestrator.domain.text.names import as_read, is_among
from orchestrator.policy.authority.change_class import with_class_needs, with_needs
from orchestrator.policy.authority.known_machines import Place
from orchestrator.policy.authority.policy_memory import PolicyInForce
from orchestrator.policy.authority.ticket_need import TicketSight
from orchestrator.policy.calendar.windows import Calendar, calendar_of, policy_for
from orchestrator.policy.planning.policy_objections import known_roles
from orchestrator.policy.planning.way_changes import NO_WAYS, Ways

NO_POLICY = ReleasePolicy.of_valid(
    orch=1,
    policy="none",
    version=1,
    title="Where no release policy binds, everything is allowed that the plan does not forbid itself.",
    separation=SeparationOfDuties.of_valid(several_roles=True),
    undo_before_close=False,
)

UNGOVERNED = ReleasePolicy.of_valid(
    orch=1, policy="none", version=1, title="No release policy binds this deployment."
)
"""The requirements for approvals when no policy binds: a policy's defaults."""


@dataclass(frozen=True, slots=True)
class Success:
    """A release that was deployed to an environment and proved good there, with the digest of its artefacts."""

    environment: str
    release: str
    version: str
    artefacts: str
    deployment: str = ""


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A deployment that this store has, as far as a certificate of it must agree."""

    release: str
    version: str
    environment: str
    rehearsal: bool


@dataclass(frozen=True, slots=True)
class Question:
    """The inputs for a deployment that would start now.

    `subject` is the id of the deployment or schedule entry that approvals name. `used` are nonces that other deployments
    consumed. `earlier_plans` are effective plans by digest, so that a change can be named. `recent` are starts of earlier
    deployments under this policy. `measured` are wave times from the records, in addition to those of certificates.
    `plan_file` is the plan's name in suggested commands; `rehearsing`: the deployment is a rehearsal itself. `vouched` are
    roles whose approval was named without a signature, where the plan asks for them and nothing forbids that. `place`: what
    is known of environments and machines. `home` is the id of this home, and `on_record` are deployments of its store by id:
    a certificate that was issued here is of one. `backout` is the digest that leave to roll back must name. `in_force` are
    the policies that are in force for this deployment, whatever the files say. `documents` are the files of model and policy
    with their approvals. `used_live` are the versions of models and policies that earlier deployments used live. `ticket` is
    the change ticket as it was just asked for; None where it is not asked for now, or none is needed. `live_uses` are the
    newest of those deployments by version. `broken` is what nobody accepted of records that are not what was sealed, by
    deployment, of those that this start may rest on. `channels`: the kind of each channel of the house; None where that
    is not known, or not needed. `software`: what runs the playbooks; None where no certificate is judged.
    `ways` are the hosts with their ways, `earlier_ways` those of `earlier_plans`.
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
    completed: CompletedTimes | None = None
    plan_file: str = "PLAN"
    rehearsing: bool = False
    vouched: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)
    home: str = ""
    on_record: Mapping[str, OnRecord | None] = field(default_factory=dict)
    backout: str = ""
    in_force: tuple[PolicyInForce, ...] = ()
    documents: tuple[PresentedDocument, ...] = ()
    used_live: frozenset[str] = frozenset()
    ticket: TicketSight | None = None
    live_uses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    broken: Mapping[str, tuple[SealFinding, ...]] = field(default_factory=dict)
    channels: Mapping[str, ChannelKind] | None = None
    software: RunSoftware | None = None
    ways: Ways = NO_WAYS
    earlier_ways: Mapping[str, Ways] = field(default_factory=dict)

    @property
    def calendar(self) -> Calendar:
        """The windows and freezes that bind: of the policy and of the environment."""
        return calendar_of(policy_for(self.policy, self.plan), self.place.binding(self.environment))

    @property
    def governed(self) -> bool:
        """Whether a release policy binds the deployment."""
        return self.policy is not NO_POLICY and self.policy != NO_POLICY

    @property
    def environment(self) -> str:
        """The environment of the plan."""
        return self.plan.resources.environment

    @property
    def emergency(self) -> bool:
        """Whether it is requested under the emergency procedure."""
        return self.change.type == "emergency"

    @property
    def is_live_use(self) -> bool:
        """Whether the deployment uses its policy and model live."""
        environment = self.place.binding(self.environment)
        known = class_known(environment, unknown=self.place.unknown(self.environment))
        return is_live_use(known, self.policy if self.governed else None, rehearsal=self.rehearsing)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of policy and model that it uses."""
        return versions_of(self.policy if self.governed else None, self.model)

    @property
    def first_live_uses(self) -> tuple[str, ...]:
        """The versions of policy and model that nobody has used live before, where this is a live use."""
        return tuple(used for used in self.versions if used not in self.used_live) if self.is_live_use else ()

    @property
    def needs(self) -> tuple[RoleNeed, ...]:
        """Who must approve before, by the type of change; the plan may require more than the policy, never less."""
        policy = self.policy
        if self.emergency and policy.emergency is not None:
            return tuple({as_read(need.role): need for need in self._by_type()}.values())
        of_class = with_class_needs(self._by_type(), policy, self.plan)
        asked = {as_read(need.role): need for need in with_needs(of_class, self._overseers())}
        for role in self.plan.approval.required:
            if not is_among(role, self.vouched):
                asked.setdefault(as_read(role), RoleNeed(role=role))
        return tuple(asked.values())

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in which an approval may be given: those of the policy, and those that the plan requires."""
        lifting = (role for freeze in self.calendar.freezes for role in freeze.override)
        return (
            *known_roles(self.policy),
            *self.plan.approval.required,
            *self.plan.approval.sign_off,
            *((self.plan.transfer.to.role,) if self.plan.transfer is not None else ()),
            *lifting,
        )

    def _overseers(self) -> tuple[RoleNeed, ...]:
        """Who oversees the first live use of a version."""
        rule = self.policy.documents
        return rule.overseers if rule is not None and self.first_live_uses else ()

    def _by_type(self) -> tuple[RoleNeed, ...]:
        policy, model = self.policy, self.model
        if self.emergency and policy.emergency is not None:
            return policy.emergency.before
        if self.change.type == "standard":
            for standard in policy.standard:
                if model is not None and (standard.model, standard.version) == (model.model, model.version):
                    return standard.before
        return policy.approvals.before
