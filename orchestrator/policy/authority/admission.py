"""Admission: may this deployment start now? Every rule is checked, and every reason is reported at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from orchestrator.domain.authority.admission_answer import Admission, Admitted, NotAdmitted, Reason
from orchestrator.domain.authority.approval import ApprovalStatement
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.rehearsal import Certificate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.names import as_read
from orchestrator.policy.authority import approvals as given
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.approvals import MISUSE, Judged, judged
from orchestrator.policy.authority.broken_basis import about_basis
from orchestrator.policy.authority.calendar_check import Opening, opening_of
from orchestrator.policy.authority.certificates import (
    JudgedCertificate,
    asked_rehearsal,
    from_elsewhere,
    judged_certificates,
    rehearsal_faults,
)
from orchestrator.policy.authority.change_class import major_rules
from orchestrator.policy.authority.document_standing import on_record
from orchestrator.policy.authority.documents import about_documents, document_grounds, standings
from orchestrator.policy.authority.environment_rules import about_environment
from orchestrator.policy.authority.model_rules import about_model
from orchestrator.policy.authority.policy_memory import about_memory, in_force_as
from orchestrator.policy.authority.policy_rules import about_policy
from orchestrator.policy.authority.ticket_reasons import about_ticket
from orchestrator.policy.calendar.point_of_no_return import Arithmetic, WaveTimes, arithmetic, expected_times


def admit(question: Question) -> Admission:
    """Admitted, with its grounds, or every reason why not. The check starts nothing and uses nothing up."""
    weighed = weigh(question)
    reasons = [reason for rule in RULES for reason in rule(weighed)]
    return NotAdmitted(reasons=tuple(dict.fromkeys(reasons))) if reasons else _admitted(weighed)


def moment_of_start(d: Deployment, now: datetime) -> datetime:
    """The moment of the start that is asked about: the scheduled one while it is ahead, else now."""
    return max(now, d.schedule.starts or now)


@dataclass(frozen=True)
class Weighed:
    """A question with what several rules derive from it, computed once; the arithmetic only where a rule needs it."""

    question: Question
    approvals: tuple[Judged, ...]
    words: tuple[ApprovalStatement, ...]
    missing: tuple[Reason, ...]
    certificates: tuple[JudgedCertificate, ...]
    opening: Opening

    @cached_property
    def expected(self) -> tuple[WaveTimes, ...]:
        """The expected times of each wave."""
        rehearsed = tuple(
            wave
            for judged_certificate in self.certificates
            if judged_certificate.counts
            for wave in judged_certificate.certificate.waves
        )
        question, measured = self.question, (*rehearsed, *self.question.measured)
        return expected_times(question.plan, question.waves, measured, margin=question.policy.margin)

    @cached_property
    def times(self) -> Arithmetic:
        """Which waves may start before the window closes."""
        return arithmetic(self.expected, self.question.now, self.opening.closes)


def weigh(question: Question) -> Weighed:
    """Judges approvals and certificates, and computes the arithmetic of the window."""
    approvals = judged(question)
    words = given.latest_decisions(approvals, question)
    return Weighed(
        question=question,
        approvals=approvals,
        words=words,
        missing=given.missing(words, question),
        certificates=judged_certificates(question),
        opening=opening_of(question, approvals),
    )


def about_approvals(weighed: Weighed) -> Iterator[Reason]:
    """The reasons against approvals: misuse always, lapse of time only where those approvals are needed."""
    for judged_approval in weighed.approvals:
        override = judged_approval.approval.decision == "override"
        needed = bool(weighed.opening.reasons if override else weighed.missing)
        yield from (reason for reason in judged_approval.against if needed or reason.code in MISUSE)
    yield from given.rejections(weighed.words)
    yield from weighed.missing


def _rehearsal(weighed: Weighed) -> Iterator[Reason]:
    yield from rehearsal_faults(weighed.question, weighed.certificates)


def _opening(weighed: Weighed) -> Iterator[Reason]:
    yield from weighed.opening.reasons


def _undone_in_time(weighed: Weighed) -> Iterator[Reason]:
    """Whether the first wave can be deployed, verified and backed out before the window closes."""
    opening, policy = weighed.opening, weighed.question.policy
    if not policy.undo_before_close or opening.closes is None or opening.reasons:
        return
    times = weighed.times
    first = times.lines[0] if times.lines else None
    if first is None or first.may_start:
        return
    measured = (
        any(judged_certificate.counts for judged_certificate in weighed.certificates)
        or weighed.question.measured
    )
    needs = f"could be undone only by {first.undone.isoformat()}" if first.undone else "has no known times"
    yield Reason(
        code="time.too_short" if measured else "time.not_measured",
        about=first.times.name,
        found=f"{needs}, and the window closes at {opening.closes.isoformat()} ({first.times.basis})",
        next_move="start earlier, or in a longer window"
        if measured
        else "rehearse it, so that its times are known",
    )


def _memory(question: Question) -> Iterator[Reason]:
    yield from about_memory(question.in_force, question.policy if question.governed else None, question.plan)


RULES: tuple[Callable[[Weighed], Iterator[Reason]], ...] = (
    lambda weighed: about_policy(weighed.question) if weighed.question.governed else iter(()),
    lambda weighed: _memory(weighed.question),
    lambda weighed: about_model(weighed.question),
    lambda weighed: about_documents(weighed.question),
    lambda weighed: about_environment(weighed.question),
    lambda weighed: about_basis(weighed.question),
    about_approvals,
    _rehearsal,
    _opening,
    _undone_in_time,
    lambda weighed: about_ticket(weighed.question),
)


def _admitted(weighed: Weighed) -> Admitted:
    question = weighed.question
    within, reviewers = _review(question)
    review_by = question.now + timedelta(seconds=within) if within is not None else None
    return Admitted(
        grounds=tuple(_grounds(weighed)),
        set_aside=tuple(_set_aside(weighed)),
        consumes=tuple(statement.nonce for statement in (*weighed.words, *weighed.opening.overrides)),
        overridden=tuple(
            f"{override.overrides}: {_signed(override)}" for override in weighed.opening.overrides
        ),
        closes=weighed.opening.closes,
        review_by=review_by,
        reviewers=reviewers,
        sign_off=_sign_off(question),
        issuer=_issuer(weighed),
        documents=tuple(map(on_record, standings(question))),
    )


def _review(question: Question) -> tuple[float | None, tuple[RoleNeed, ...]]:
    """How soon it is reviewed, and by whom: an emergency, and a change of major impact where the policy says so."""
    emergency = question.policy.emergency if question.emergency else None
    if emergency is not None:
        return emergency.review_within, emergency.reviewers
    major = major_rules(question.policy, question.plan)
    return (None, ()) if major is None else (major.review_within, major.reviewers)


def _issuer(weighed: Weighed) -> str | None:
    counted = (judged_certificate for judged_certificate in weighed.certificates if judged_certificate.counts)
    used = next(counted, None) if asked_rehearsal(weighed.question) is not None else None
    return None if used is None else used.certificate.key


def _sign_off(question: Question) -> tuple[RoleNeed, ...]:
    """Who accepts afterwards: the roles of the policy, those that the plan adds, and that of whoever receives a transfer."""
    asked = {as_read(need.role): need for need in question.policy.approvals.after}
    transfer = question.plan.transfer
    for role in (*question.plan.approval.sign_off, *((transfer.to.role,) if transfer is not None else ())):
        asked.setdefault(as_read(role), RoleNeed(role=role))
    return tuple(asked.values())


def _grounds(weighed: Weighed) -> Iterator[Ground]:
    question = weighed.question
    yield _rules(question)
    policy = question.policy
    if question.governed and in_force_as(policy.policy, question.in_force) is None:
        yield Ground(code="policy.first_use", values={"policy": policy.policy, "version": policy.version})
    if question.model is not None:
        model = question.model
        yield Ground(code="model.used", values={"model": model.model, "version": model.version})
    yield from document_grounds(question)
    yield Ground(code="plan.effective", values={"digest": question.effective.digest})
    yield from (_given_by(word) for word in weighed.words)
    if asked_rehearsal(question) is not None:
        certificate = next(
            judged_certificate.certificate
            for judged_certificate in weighed.certificates
            if judged_certificate.counts
        )
        yield _rehearsed(certificate, elsewhere=from_elsewhere(question, certificate))
    yield weighed.opening.ground
    if weighed.opening.closes is not None and question.policy.undo_before_close:
        values = {"waves": len(weighed.times.startable), "of": len(question.waves)}
        yield Ground(code="time.undoable", values={**values})


def _rules(question: Question) -> Ground:
    policy, change = question.policy, question.change
    values: dict[str, str | int] = {"change": change.type, "reason": change.reason or ""}
    if not question.governed:
        return Ground(code="policy.none", values=values)
    return Ground(code="policy.binds", values={"policy": policy.policy, "version": policy.version, **values})


def _given_by(word: ApprovalStatement) -> Ground:
    values: dict[str, str | int] = {"person": word.person, "role": word.role, "reason": word.reason}
    return Ground(code="approval.given", values=values)


def _rehearsed(certificate: Certificate, *, elsewhere: bool) -> Ground:
    values: dict[str, str | int] = {
        "environment": certificate.environment,
        "at": certificate.rehearsed_at.isoformat(),
        "deployments": ", ".join(certificate.deployments),
    }
    if elsewhere:
        values["elsewhere"] = "not on record here, by word of its issuer"
    return Ground(code="rehearsal.covers", values=values)


def _signed(approval: ApprovalStatement) -> str:
    return f"{approval.person} as {approval.role} ({approval.reason})"


def _set_aside(weighed: Weighed) -> Iterator[str]:
    for judged_approval in weighed.approvals:
        yield from (str(reason) for reason in judged_approval.against)
    for certificate in weighed.certificates:
        yield from (str(reason) for reason in certificate.against)
