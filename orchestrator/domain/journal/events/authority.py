"""Events of planning and change enablement: planned, submitted, approved, admitted; and the authorisation of each wave."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.authority.trust_on_record import TrustOnRecord
from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.calendar.schedule_of_change import MissedStart
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.plan.change_request import ChangeRequest, Mode
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.ssh_way import SettingPlace
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.document_on_record import DocumentOnRecord
from orchestrator.domain.rules.environment import Environment
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import HostName, Many, Moment, Noun, Sha256, Text


class Planned(Noun):
    """A release plan was read, with its hosts and waves resolved; `plan` includes the defaults of its model.

    `effective` is what approvals refer to; None on journals from before it existed, and then nothing is re-checked.
    `copy_size`: bytes of the private copy it will run from. `starts`: the earliest start. `machines`: which machine
    answered for a host at scheduling; hosts that gave no answer are left out. `environment`: what a file says of it;
    `environment_unknown`: files know environments, and none this one. `house`: the id of the house that governs it; empty
    where there is no signed keyring. `house_place`: the folder of the house; None where an earlier version planned it, and
    empty where the home is the house. `foreseen`: paths outside of the project that the check of the plan warned of,
    because runs read them. `installed`: collections and roles outside of it that are approved with it. `beside`: hosts of
    load balancers that are none of its own. `documents`: how model and policy stood as documents.
    `way_places`: where the settings of the hosts' ways stood, in ssh's files or what Ansible gives it.
    `password_given`: a person gave the password to become root; it is kept nowhere, so each driver needs it anew.
    """

    kind: Literal["planned"] = "planned"
    plan: ReleasePlan
    plan_file: Text
    plan_sha256: Sha256
    project: Text
    targets: Many[Target]
    waves: Many[Wave]
    by: Text
    rehearsal: Rehearsal | None = None
    policy: ReleasePolicy | None = None
    model: DeploymentModel | None = None
    change: ChangeRequest = ChangeRequest.of_valid()
    mode: Mode = "attended"
    effective: EffectivePlan | None = None
    copy_size: Annotated[int, Field(ge=0)] = 0
    starts: Moment | None = None
    missed: MissedStart = "ask"
    machines: dict[HostName, Text] = {}
    spoken: Spoken | None = None
    environment: Environment | None = None
    environment_unknown: bool = False
    house: str = ""
    house_place: str | None = None
    foreseen: Many[Text] = ()
    installed: Many[InstalledPart] = ()
    beside: Many[Target] = ()
    documents: Many[DocumentOnRecord] = ()
    password_given: Annotated[bool, Since("0.2")] = False
    way_places: Annotated[Many[SettingPlace], Since("0.2")] = ()


class Submitted(Noun):
    """The deployment was submitted for approval."""

    kind: Literal["submitted"] = "submitted"
    by: Text


class GivenApproval(Noun):
    """One person's approval in a role."""

    role: Text
    person: Text


class Approved(Noun):
    """The approvals that the plan asks for are given; `basis` names the authority, and `reasons` the same as codes."""

    kind: Literal["approved"] = "approved"
    approvals: Many[GivenApproval] = ()
    basis: Text
    reasons: Many[Ground] = ()


class Rejected(Noun):
    """Approval was denied."""

    kind: Literal["rejected"] = "rejected"
    by: Text
    reason: Text


class DeploymentCancelled(Noun):
    """Cancelled before any host was touched."""

    kind: Literal["cancelled"] = "cancelled"
    by: Text
    reason: Text
    spoken: Spoken | None = None


class WindowOpened(Noun):
    """Admitted: the deployment may start; `basis` names the window, or says that the plan declares none.

    `frozen` is the folder of the private copy that it runs from. The rest is the answer of admission
    (domain/authority/admission_answer.py): the grounds, the nonces of approvals that it uses up, and what must follow.
    `reasons` are the grounds as codes. `issuer`: who trusted the key of the rehearsal certificate that it rests on.
    `documents`: how model and policy stood then; without any, as they did when it was planned. `archive`: the digest by which
    other machines find the private copy; empty where none does.
    """

    kind: Literal["window_opened"] = "window_opened"
    basis: Text
    frozen: Text | None = None
    grounds: Many[str] = ()
    set_aside: Many[str] = ()
    consumes: Many[str] = ()
    overridden: Many[str] = ()
    closes: Moment | None = None
    review_by: Moment | None = None
    reviewers: Many[RoleNeed] = ()
    sign_off: Many[RoleNeed] = ()
    reasons: Many[Ground] = ()
    issuer: TrustOnRecord | None = None
    documents: Many[DocumentOnRecord] = ()
    archive: Sha256 | Literal[""] = ""


class DeploymentNotAdmitted(Noun):
    """It may not start now, for these reasons. `opens`: when time alone resolves them all; None where a person must."""

    kind: Literal["not_admitted"] = "not_admitted"
    reasons: Many[Reason]
    opens: Moment | None = None


class ApprovalGiven(Noun):
    """A person's signed statement: approval, rejection, override of a freeze, concession, sign-off, or leave to roll back.

    `trusted`: who trusted its key; None where an earlier version recorded it.
    """

    kind: Literal["approval_given"] = "approval_given"
    signed: SignedApproval
    by: Text
    spoken: Spoken | None = None
    trusted: TrustOnRecord | None = None

    @property
    def after_the_end(self) -> bool:
        """Whether it is about what is over: it accepts what was deployed, or agrees that it is taken back."""
        return self.signed.approval.decision in ("sign_off", "roll_back")


class WaveAuthorised(Noun):
    """The next attempt may start: the copy equals what was approved, the approvals are valid, and there is time.

    `undone_by`: when the wave and all before it are backed out if it fails at its very end; None where that is not
    required. `restored`: files of the copy that were replaced by the approved ones. `removed`: files that
    earlier runs had left in it; of a long list the beginning, and its length. `reasons` are the grounds as codes.
    """

    kind: Literal["wave_authorised"] = "wave_authorised"
    wave: Annotated[int, Field(ge=0)]
    purpose: Purpose = "deploy"
    grounds: Many[str] = ()
    closes: Moment | None = None
    undone_by: Moment | None = None
    restored: Many[str] = ()
    removed: Many[str] = ()
    reasons: Many[Ground] = ()


class WaveNotAuthorised(Noun):
    """The next attempt may not start, for these reasons; `then` is what follows."""

    kind: Literal["wave_not_authorised"] = "wave_not_authorised"
    wave: Annotated[int, Field(ge=0)]
    purpose: Purpose = "deploy"
    reasons: Many[Text]
    then: Literal["hold", "back out", "refuse"] = "hold"


class Reviewed(Noun):
    """The required review was held and signed by a person in this role; `trusted`: who trusted the key."""

    kind: Literal["reviewed"] = "reviewed"
    role: Text
    by: Text
    reason: Text
    signed: SignedApproval | None = None
    spoken: Spoken | None = None
    trusted: TrustOnRecord | None = None


class RecordClosed(Noun):
    """The record is closed: everything that had to follow the deployment is done; `basis` lists it."""

    kind: Literal["closed"] = "closed"
    by: Text
    basis: Text
    spoken: Spoken | None = None
