"""What a deployment is authorised to do: its rules, its approvals, its admission, and the authorisation of each wave."""

from datetime import datetime
from typing import Literal, TypeGuard, get_args

from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.change_request import ChangeRequest, Mode
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.document_on_record import DocumentOnRecord
from orchestrator.domain.rules.environment import Environment, class_known
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.model_base import Many, Moment, Noun
from orchestrator.domain.text.names import as_read


class Unadmitted(Noun):
    """Why it may not start yet, as of the last check; the next check is at `opens`, or (None) after a person acts."""

    reasons: Many[Reason]
    opens: Moment | None = None


class AuthorisedAttempt(Noun):
    """The authorisation of exactly the next attempt; any event in between voids it."""

    wave: int
    purpose: Purpose


class Unauthorised(Noun):
    """Why the next attempt may not start, and what follows."""

    wave: int
    purpose: Purpose
    reasons: Many[str]
    then: Literal["hold", "back out", "refuse"]


class Authorisation(Noun):
    """The rules of a deployment, and the decisions made by them.

    `vouched` are roles whose approval was named without a signature; `waited`: it was once not admitted and waited.
    `opened_at` is when it was admitted, and `grounds` why; `authorised` is the attempt that may begin next. `house`: the
    house that governs it, to which its machines belong from then on; empty where there is none. Concessions among the first
    `concessions_from` approvals are void: a retry or a backout came after them. `documents`: how model and policy stood as
    documents when it was planned, and from its start on then.
    """

    policy: ReleasePolicy | None = None
    environment: Environment | None = None
    environment_unknown: bool = False
    model: DeploymentModel | None = None
    change: ChangeRequest = ChangeRequest.of_valid()
    mode: Mode = "attended"
    effective: EffectivePlan | None = None
    vouched: Many[str] = ()
    approvals: Many[SignedApproval] = ()
    unadmitted: Unadmitted | None = None
    waited: bool = False
    opened_at: Moment | None = None
    closes: Moment | None = None
    grounds: Many[str] = ()
    set_aside: Many[str] = ()
    consumed: Many[str] = ()
    overridden: Many[str] = ()
    authorised: AuthorisedAttempt | None = None
    undone_by: Moment | None = None
    unauthorised: Unauthorised | None = None
    house: str = ""
    concessions_from: int = 0
    documents: Many[DocumentOnRecord] = ()

    @property
    def environment_class(self) -> str | None:
        """The class of the environment, `unknown` where files know others only; None where no file knows any."""
        return class_known(self.environment, unknown=self.environment_unknown)

    @property
    def concessions(self) -> tuple[SignedApproval, ...]:
        """The concessions that may still be used."""
        since = self.approvals[self.concessions_from :]
        return tuple(signed for signed in since if signed.approval.decision == "concede")


_AskedAnew = e.DriverTook | e.Resumed
"""Events after which admission is checked again."""
_Answer = e.DeploymentHeld | e.BackoutBegan | e.Retried
"""Events that settle an attempt that was not authorised."""
_OfAdmission = e.Approved | e.ApprovalGiven | e.DeploymentNotAdmitted | e.WindowOpened | _AskedAnew
_OfWave = e.WaveAuthorised | e.WaveNotAuthorised | _Answer
AuthorisationEvent = _OfAdmission | _OfWave
CHANGED_BY = frozenset(get_args(AuthorisationEvent))


def authority_at_first(event: e.Planned) -> Authorisation:
    """The rules of a deployment when it is planned."""
    return Authorisation.of_valid(
        policy=event.policy,
        environment=event.environment,
        environment_unknown=event.environment_unknown,
        model=event.model,
        change=event.change,
        mode=event.mode,
        effective=event.effective,
        house=event.house,
        documents=event.documents,
    )


def authority_after(authority: Authorisation, event: e.Event, at: datetime) -> Authorisation:
    """The authorisation after one more event; any event voids an unused authorisation of an attempt."""
    authority = without_unused_authorisation(authority)
    return _changed(authority, event, at) if _changes(event) else authority


def without_unused_authorisation(authority: Authorisation) -> Authorisation:
    """The authorisation without an attempt that was authorised and not begun: any event voids that."""
    return authority if authority.authorised is None else Authorisation.updated(authority, authorised=None)


def _changes(event: e.Event) -> TypeGuard[AuthorisationEvent]:
    return type(event) in CHANGED_BY


def _changed(authority: Authorisation, event: AuthorisationEvent, at: datetime) -> Authorisation:
    match event:
        case e.WaveAuthorised() | e.WaveNotAuthorised() | e.DeploymentHeld() | e.BackoutBegan() | e.Retried():
            return _wave_asked(authority, event)
        case e.DeploymentNotAdmitted(reasons=reasons, opens=opens):
            unadmitted = Unadmitted(reasons=reasons, opens=opens)
            return Authorisation.updated(authority, unadmitted=unadmitted, waited=True)
        case e.Approved(approvals=approvals):
            vouched = tuple(approval.role for approval in approvals)
            return Authorisation.updated(authority, vouched=vouched, unadmitted=None)
        case e.ApprovalGiven(signed=signed):
            return Authorisation.updated(authority, approvals=(*authority.approvals, signed), unadmitted=None)
        case e.WindowOpened():
            return _admitted(authority, event, at)
        case e.DriverTook() | e.Resumed():
            return Authorisation.updated(authority, unadmitted=None)


def _admitted(authority: Authorisation, event: e.WindowOpened, at: datetime) -> Authorisation:
    return Authorisation.updated(
        authority,
        unadmitted=None,
        opened_at=at,
        closes=event.closes,
        grounds=event.grounds,
        set_aside=event.set_aside,
        consumed=event.consumes,
        overridden=event.overridden,
        documents=_documents(event.documents or authority.documents, event),
    )


def _documents(
    documents: tuple[DocumentOnRecord, ...], event: e.WindowOpened
) -> tuple[DocumentOnRecord, ...]:
    """Which use is the first is decided at the start: another deployment may have been planned later and begun earlier."""
    first = {
        as_read(str(ground.values["document"]))
        for ground in event.reasons
        if ground.code == "document.first_live"
    }
    return tuple(
        each.model_copy(update={"first_live_use": as_read(each.title) in first}) for each in documents
    )


def _wave_asked(authority: Authorisation, event: _OfWave) -> Authorisation:
    match event:
        case e.WaveAuthorised(wave=wave, purpose="backout"):
            return Authorisation.updated(
                authority, authorised=AuthorisedAttempt(wave=wave, purpose="backout")
            )
        case e.WaveAuthorised(wave=wave, purpose=purpose):
            authorised = AuthorisedAttempt(wave=wave, purpose=purpose)
            return Authorisation.updated(
                authority, authorised=authorised, closes=event.closes, undone_by=event.undone_by
            )
        case e.WaveNotAuthorised():
            unauthorised = Unauthorised(
                wave=event.wave, purpose=event.purpose, reasons=event.reasons, then=event.then
            )
            return Authorisation.updated(authority, unauthorised=unauthorised)
        case e.DeploymentHeld():
            return Authorisation.updated(authority, unauthorised=None)
        case e.BackoutBegan() | e.Retried():
            return Authorisation.updated(
                authority, unauthorised=None, concessions_from=len(authority.approvals)
            )
