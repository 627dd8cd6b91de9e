"""Signed approvals of a deployment: all are judged together, then all or none go on the journal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from orchestrator.domain.authority.approval import ApprovalStatement, PresentedApproval, SignedApproval
from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.authority.trust_on_record import TrustOnRecord
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.admission_facts import Known, facts_of, question_of
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases import deployment_commands
from orchestrator.engine.use_cases.scheduled_preview import ask_ahead
from orchestrator.errors import Refused
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.late_backout import backout_digest
from orchestrator.policy.authority.trust_of_keys import trust_on_record
from orchestrator.policy.authority.word_checks import against, approval_words
from orchestrator.policy.course.follow_up import done


@dataclass(frozen=True, slots=True)
class ApprovalSession:
    """One command on a deployment's signed approvals: it builds its question once and verifies each signature once."""

    deployment: Deployment
    question: Question
    facts: Known

    def objections(self, new: Sequence[SignedApproval]) -> dict[SignedApproval, tuple[str, ...]]:
        """Every objection to each of these approvals, which `take_in` has added before."""
        return against(self.question, self.deployment, new)

    def foreseen(self, statement: ApprovalStatement) -> tuple[str, ...]:
        """Every objection that there will be once this statement is signed well; empty where there is none."""
        signature = Signature.of_valid(key=statement.key, signature="")
        signed = SignedApproval.of_valid(approval=statement, signature=signature)
        presented = PresentedApproval.of_valid(signed=signed, answer="good")
        question = replace(self.question, approvals=(*self.question.approvals, presented))
        return against(question, self.deployment, [signed]).get(signed, ())

    def known(self) -> Known:
        """Facts that another question about this deployment need not read again."""
        return replace(self.facts, words=self.question.approvals)


def open_session(ports: Ports, d: Deployment, replacement: str = "") -> ApprovalSession:
    """A session with the deployment, the facts of admission, and earlier approvals. Raises Refused, PlanFault.

    `replacement` is the digest of another backout playbook, for leave to roll back with that one.
    """
    if d.authority.effective is None:
        raise Refused(f"{d.id} has no effective plan on its journal, so nothing can be signed for it.")
    facts = facts_of(ports, d)
    return ApprovalSession(d, _question(ports, d, facts, (), backout_digest(d, replacement)), facts)


def take_in(ports: Ports, session: ApprovalSession, new: Sequence[SignedApproval]) -> ApprovalSession:
    """The session with the approvals on the journal and these new ones, as of now."""
    question = _question(ports, session.deployment, session.known(), new, session.question.backout)
    return replace(session, question=question)


def _question(
    ports: Ports, d: Deployment, known: Known, new: Sequence[SignedApproval], backout: str
) -> Question:
    reviews = (review.signed for review in d.follow_up.reviews if review.signed is not None)
    words = (*d.authority.approvals, *reviews, *new)
    return replace(question_of(ports, d, ports.clock.now(), known, words), backout=backout)


def give(
    ports: Ports, session: ApprovalSession, new: Sequence[SignedApproval], *, by: str
) -> ApprovalSession:
    """Append approvals that `take_in` has added to the deployment's journal. Returns the session after that.

    Raises Refused with every objection to any of them; then none is appended.
    """
    d, objections = session.deployment, session.objections(new)
    if objections:
        reasons = dict.fromkeys(reason for reasons in objections.values() for reason in reasons)
        raise Refused("\n".join([*reasons, f"Nothing was put on the journal of {d.id}."]))
    keyring, trust = session.question.keyring, ports.keys.trust() if new else None
    for signed in dict.fromkeys(new):
        trusted = trust_on_record(keyring, trust, signed.signature.key)
        d = deployment_commands.signal(ports, d.id, _event(signed, by, trusted))
    d = closed_where_done(ports, d, by=by)
    after = take_in(ports, replace(session, deployment=d), ())
    return replace(after, deployment=ask_ahead(ports, d, after.known()))


def closed_where_done(ports: Ports, d: Deployment, *, by: str) -> Deployment:
    """The deployment with its record closed, where everything that had to follow it is done."""
    if not done(d) or d.follow_up.closed is not None:
        return d
    return deployment_commands.signal(ports, d.id, e.RecordClosed(by=by, basis=_basis(d)))


def _event(signed: SignedApproval, by: str, trusted: TrustOnRecord | None) -> e.Event:
    word = signed.approval
    if word.decision == "review":
        return e.Reviewed(role=word.role, by=word.person, reason=word.reason, signed=signed, trusted=trusted)
    return e.ApprovalGiven(signed=signed, by=by, trusted=trusted)


def _basis(d: Deployment) -> str:
    after = [
        approval_words(signed) for signed in d.authority.approvals if signed.approval.decision == "sign_off"
    ]
    after += [f"reviewed by {review.by} as {review.role}: {review.reason}" for review in d.follow_up.reviews]
    after += [f"{duty.path} done by {duty.by}: {duty.note}" for duty in d.follow_up.duties]
    closed = d.post_review.closed
    after += (
        [f"post-implementation review closed by {closed.by}: {closed.answer}"] if closed is not None else []
    )
    return "; ".join(after)
