"""How a model or policy stands as a document: approved by a signature that counts, or every reason why not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from orchestrator.domain.authority.admission_answer import Reason, ReasonCode
from orchestrator.domain.authority.document_approval import (
    DocumentStatement,
    PresentedDocument,
    SignedDocument,
)
from orchestrator.domain.authority.signing import Keyring, TrustedKey
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.document_control import DocumentControl, DocumentFile, DocumentsRule
from orchestrator.domain.rules.document_on_record import DocumentOnRecord, DocumentState
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.text.command_word import command_word
from orchestrator.policy.authority.approvals import CLOCKS_DIFFER
from orchestrator.policy.authority.policy_word import changing_roles

REMIND = timedelta(days=30)
"""How long before a review is due, or a document ends, a reminder begins."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A document with every reason why it does not count as approved. `approval` is the statement that counts, if any."""

    file: DocumentFile
    state: DocumentState
    against: tuple[Reason, ...] = ()
    approval: DocumentStatement | None = None
    review_due: date | None = None

    @property
    def valid_until(self) -> date | None:
        """The last day on which it counts."""
        return self.file.control.valid_until if self.file.control is not None else None


def standing_of(
    presented: PresentedDocument, keyring: Keyring, now: datetime, roles: Sequence[str] = ()
) -> Standing:
    """How a document stands now. `roles`: those in which it is approved; any, where there are none."""
    file, control = presented.file, presented.file.control
    if control is None:
        move = f"add the section `document` with its author, and have it approved ({_schema_command(file)})"
        return Standing(
            file, "ungoverned", (_reason("document.ungoverned", file, "no section `document`", move),)
        )
    if control.status != "approved":
        return Standing(file, control.status, (_by_status(file, control),))
    faults = tuple(_signature_faults(presented, control, keyring, now, roles))
    lapsed = tuple(_lapse(file, control, now))
    signed = presented.approval.document if presented.approval is not None and not faults else None
    state: DocumentState = "unapproved" if faults else "expired" if lapsed else "approved"
    return Standing(file, state, (*faults, *lapsed), signed, _review_due(control, signed))


def approving_roles(policy: ReleasePolicy | None) -> tuple[str, ...]:
    """The roles in which a policy lets documents be approved: those it names, else those that change the policy itself."""
    if policy is None:
        return ()
    rule = policy.documents or DocumentsRule.of_valid()
    return rule.approved_by or changing_roles(policy)


def notices(standing: Standing, now: datetime) -> Iterator[Objection]:
    """What a person should see to soon, or has let pass: a review, or the end of an approved document."""
    if standing.state != "approved":
        return
    due, today = standing.review_due, now.date()
    if due is not None and due <= today + REMIND:
        finding = f"due on {due}" if due > today else f"overdue since {due}"
        move = f"look at it again, and sign it anew: {approve_command(standing.file)}"
        yield Objection("document.review_every", "a review in time", finding, move)
    end = standing.valid_until
    if end is not None and end <= today + REMIND:
        move = "set a later `valid_until`, and have that approved"
        yield Objection("document.valid_until", "a document that stays valid", f"valid until {end}", move)


class ReviewDue(NamedTuple):
    """A document that is to be reviewed on its day `due`, and the command that follows the review."""

    document: DocumentOnRecord
    due: date
    command: str


def reviews_between(standings: Iterable[Standing], begins: date, ends: date) -> tuple[ReviewDue, ...]:
    """The reviews of approved documents that are due between two days, in their order."""
    due = (
        ReviewDue(on_record(standing), standing.review_due, approve_command(standing.file))
        for standing in standings
        if standing.state == "approved" and standing.review_due is not None
    )
    # A project may hold a copy of what the house has: that is one document.
    shown = {review.document.title: review for review in due if begins <= review.due <= ends}
    return tuple(sorted(shown.values(), key=lambda review: (review.due, review.document.title)))


def as_objections(standing: Standing) -> Iterator[Objection]:
    """Why a document is not approved, as objections to its file; nothing where it claims nothing."""
    if standing.state == "ungoverned":
        return
    for reason in standing.against:
        yield Objection("document", f"an approved {standing.file.what}", reason.found, reason.next_move)


def on_record(standing: Standing) -> DocumentOnRecord:
    """What a record says of it."""
    file, signed = standing.file, standing.approval
    return DocumentOnRecord(
        what=file.what,
        name=file.name,
        version=file.version,
        file=file.file,
        sha256=file.sha256,
        state=standing.state,
        author=file.control.author if file.control is not None else "",
        approved_by=signed.person if signed is not None else "",
        role=signed.role if signed is not None else "",
        approved_at=signed.made_at if signed is not None else None,
        valid_until=standing.valid_until,
        review_due=standing.review_due,
    )


def unsignable(file: DocumentFile, now: datetime) -> str | None:
    """Why nobody can approve this file as it is now; None where somebody can."""
    control = file.control
    if control is None:
        return f"it has no section `document`; add it with its author first ({_schema_command(file)})."
    if control.status == "draft":
        return "it says `status: draft`; when it is ready, write `status: approved`, and sign that."
    if control.status == "retired":
        return "it says `status: retired`; give the one that takes its place a higher version."
    if control.approved_on is not None and control.approved_on > now.date():
        return f"it says `approved_on: {control.approved_on}`, which is still to come; correct that first."
    if control.valid_until is not None and control.valid_until < now.date():
        return f"it was valid until {control.valid_until}; set a later `valid_until` first."
    return None


def approve_command(file: DocumentFile) -> str:
    """The command with which somebody approves it."""
    name = command_word(file.file)
    if file.what == "model":
        return f"orch model approve {name} --reason WHY"
    return f"orch policy approve {name} --reason WHY"


def _schema_command(file: DocumentFile) -> str:
    return "orch model schema" if file.what == "model" else "orch policy schema"


def _by_status(file: DocumentFile, control: DocumentControl) -> Reason:
    if control.status == "retired":
        return _reason("document.retired", file, "it is retired", "use the one that took its place")
    move = "have it reviewed, and write `status: approved` for somebody other than its author to sign"
    return _reason("document.draft", file, f"a draft of {control.author}", move)


def _review_due(control: DocumentControl, signed: DocumentStatement | None) -> date | None:
    since = signed.made_at.date() if signed is not None else control.approved_on
    return review_due(control, since) if since is not None else None


def review_due(control: DocumentControl, since: date) -> date:
    """The day by which a document is reviewed that was approved, or looked at again, on this day."""
    return since + timedelta(days=min(control.review_every / 86400, (date.max - since).days))


def _lapse(file: DocumentFile, control: DocumentControl, now: datetime) -> Iterator[Reason]:
    if control.valid_until is not None and control.valid_until < now.date():
        move = "set a later `valid_until`, and have that approved"
        yield _reason("document.expired", file, f"valid until {control.valid_until}", move)


def _signature_faults(
    presented: PresentedDocument,
    control: DocumentControl,
    keyring: Keyring,
    now: datetime,
    roles: Sequence[str],
) -> Iterator[Reason]:
    file, approval = presented.file, presented.approval
    if approval is None:
        yield _reason("document.not_approved", file, "nobody has signed that it is approved", _anew(file))
        return
    statement, key = approval.document, keyring.find(approval.signature.key)
    if key is None:
        finding = f"approved with key {approval.signature.key[:16]}, which is not trusted here"
        yield _reason("document.foreign_key", file, finding, _anew(file))
    elif presented.answer != "good" or statement.key != key.key:
        yield _reason(
            "document.bad_signature", file, "the signature does not fit what the approval says", _anew(file)
        )
    elif not _is_of(statement, file):
        finding = f"changed since {statement.person} approved it on {statement.made_at:%Y-%m-%d}"
        yield _reason("document.changed", file, finding, _anew(file))
    else:
        yield from _signer_faults(file, approval, key, now)
        yield from _person_faults(file, control, statement, key, keyring)
        yield from _role_faults(file, statement, key, roles)


def _is_of(statement: DocumentStatement, file: DocumentFile) -> bool:
    said_of = (statement.what, statement.name, statement.version, statement.sha256)
    return said_of == (file.what, file.name, file.version, file.sha256)


def _signer_faults(
    file: DocumentFile, approval: SignedDocument, key: TrustedKey, now: datetime
) -> Iterator[Reason]:
    if key.revoked_at is not None:
        finding = f"the key of {key.person}, who approved it, was revoked at {key.revoked_at.isoformat()}"
        yield _reason("document.revoked_key", file, finding, _anew(file))
    if key.expires is not None and key.expires <= now:
        finding = f"the key of {key.person}, who approved it, expired at {key.expires.isoformat()}"
        yield _reason("document.expired_key", file, finding, _anew(file))
    if key.holder == "machine":
        finding = f"approved with the key of the machine {key.person}, which decides nothing"
        yield _reason("document.machine_key", file, finding, _anew(file))
    if approval.document.made_at > now + CLOCKS_DIFFER:
        finding = f"approved at {approval.document.made_at.isoformat()}, which is still to come"
        yield _reason("document.from_the_future", file, finding, _anew(file))


def _person_faults(
    file: DocumentFile,
    control: DocumentControl,
    statement: DocumentStatement,
    key: TrustedKey,
    keyring: Keyring,
) -> Iterator[Reason]:
    if not key.is_of(statement.person):
        finding = f"approved in the name of {statement.person} with the key of {key.person}"
        yield _reason("document.wrong_person", file, finding, _anew(file))
    elif control.approver is not None and not keyring.one_person(control.approver, key.person):
        finding = f"approved by {key.person}, and it names {control.approver} as its approver"
        yield _reason("document.wrong_person", file, finding, _anew(file))
    if keyring.one_person(control.author, key.person):
        finding = f"approved by {key.person}, who wrote it"
        yield _reason(
            "document.by_author", file, finding, f"have somebody else approve it: {approve_command(file)}"
        )


def _role_faults(
    file: DocumentFile, statement: DocumentStatement, key: TrustedKey, roles: Sequence[str]
) -> Iterator[Reason]:
    if roles and not any(same_role(statement.role, role) for role in roles):
        finding = (
            f"approved by {key.person} as {statement.role}, and the policy asks for {' or '.join(roles)}"
        )
        yield _reason("document.role_not_held", file, finding, _anew(file))
    elif not key.serves(statement.role):
        finding = f"approved as {statement.role}, a role that {key.person} does not hold"
        yield _reason("document.role_not_held", file, finding, _anew(file))


def _anew(file: DocumentFile) -> str:
    return f"have it looked at and approved: {approve_command(file)}"


def _reason(code: ReasonCode, file: DocumentFile, finding: str, move: str) -> Reason:
    return Reason(code=code, about=file.title, found=finding, next_move=move)
