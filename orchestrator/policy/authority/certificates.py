"""Which rehearsal certificates cover a deployment, and why each of the others does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from orchestrator.domain.authority.admission_answer import Reason, ReasonCode
from orchestrator.domain.authority.rehearsal import ISSUER, Certificate, PresentedCertificate
from orchestrator.domain.plan.effective_plan import (
    REHEARSED,
    EffectivePlan,
    Ingredient,
    IngredientName,
    change_of,
)
from orchestrator.domain.rules.release_policy import AskedRehearsal
from orchestrator.domain.text.format import seconds_words
from orchestrator.domain.text.names import is_among, same_name
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.approvals import CLOCKS_DIFFER

_NAMED = 3
FORGED = frozenset({"rehearsal.bad_signature", "rehearsal.foreign_key"})


@dataclass(frozen=True, slots=True)
class JudgedCertificate:
    """A certificate with the reasons against it; it counts where there are none."""

    certificate: Certificate
    against: tuple[Reason, ...]

    @property
    def counts(self) -> bool:
        """Whether there is no reason against it."""
        return not self.against


def judged_certificates(question: Question) -> tuple[JudgedCertificate, ...]:
    """Every presented certificate, in the order given."""
    return tuple(
        JudgedCertificate(presented.signed.certificate, tuple(_against(question, presented)))
        for presented in question.certificates
    )


def asked_rehearsal(question: Question) -> AskedRehearsal | None:
    """The rehearsal that the policy requires here; None where it requires none, or waives it in an emergency.

    A rehearsal itself requires none, because it produces certificates.
    """
    emergency = question.policy.emergency
    if question.rehearsing:
        return None
    if question.emergency and emergency is not None and emergency.without_rehearsal:
        return None
    return question.policy.rehearsal


def rehearsal_faults(question: Question, certificates: tuple[JudgedCertificate, ...]) -> Iterator[Reason]:
    """Why the required rehearsal is lacking: empty where one certificate counts and none is forged."""
    needed = asked_rehearsal(question) is not None and not any(judged.counts for judged in certificates)
    for judged in certificates:
        yield from (reason for reason in judged.against if needed or reason.code in FORGED)
    if needed:
        release = question.plan.release
        yield Reason(
            code="rehearsal.missing",
            about=f"{release.name} {release.version}",
            found=f"no rehearsal certificate counts for {_digests(question.effective)}",
            next_move=_command(question),
        )


def _digests(effective: EffectivePlan) -> str:
    """The digests that a certificate must cover; ingredients that are empty here are left out."""
    digests = effective.digests
    digest_words = [f"{name} {digests[name][:16]}" for name in REHEARSED if effective.parts(name)]
    return f"{', '.join(digest_words[:-1])} and {digest_words[-1]}" if digest_words[1:] else digest_words[0]


def _command(question: Question) -> str:
    """The command that produces a valid certificate, with the first environment that the policy names."""
    asked = question.policy.rehearsal
    environment = asked.environments[0] if asked is not None and asked.environments else "ENVIRONMENT"
    return f"orch rehearse {question.plan_file} --in {environment}"


def _against(question: Question, presented: PresentedCertificate) -> Iterator[Reason]:
    certificate = presented.signed.certificate
    key = question.keyring.find(presented.signed.signature.key)
    usable = key is not None and key.serves(ISSUER) and key.revoked_at is None
    if key is None or not usable or (key.expires is not None and key.expires <= question.now):
        finding = f"signed with key {presented.signed.signature.key[:16]}, which is not trusted to issue certificates"
        yield _reason(
            "rehearsal.foreign_key",
            certificate,
            finding,
            f"trust the key in the role {ISSUER}, or rehearse here",
        )
        return
    if presented.answer != "good" or certificate.key != key.key:
        finding = "the signature does not fit what it says"
        yield _reason(
            "rehearsal.bad_signature", certificate, finding, "find out who changed it, and rehearse again"
        )
        return
    yield from _covers(question, certificate)
    yield from _results(question, certificate)
    yield from _age(question, certificate)


def _covers(question: Question, certificate: Certificate) -> Iterator[Reason]:
    release = question.plan.release
    if not same_name(certificate.release, release.name) or certificate.version != release.version:
        finding = f"of {certificate.release} {certificate.version}, not of {release.name} {release.version}"
        yield _reason("rehearsal.other_release", certificate, finding, "rehearse this release")
        return
    digests = question.effective.digests
    changed = [name for name in REHEARSED if certificate.covers.get(name) != digests[name]]
    if changed:
        changes = ", ".join(f"{_named(question, certificate, name)} {digests[name][:16]}" for name in changed)
        move = f"rehearse what will run: {_command(question)}"
        yield _reason("rehearsal.changed", certificate, f"does not cover {changes}", move)


def _named(question: Question, certificate: Certificate, name: IngredientName) -> str:
    """The ingredient and what changed in it, where a known plan has it as it was rehearsed."""
    now = _ingredient(question.effective, name)
    known = (_ingredient(plan, name) for plan in question.earlier_plans.values())
    rehearsed = next(
        (plan_known for plan_known in known if plan_known.digest == certificate.covers.get(name)), None
    )
    return name if rehearsed is None else str(change_of(rehearsed, now))


def _ingredient(plan: EffectivePlan, name: IngredientName) -> Ingredient:
    return next(ingredient for ingredient in plan.ingredients if ingredient.name == name)


def _results(question: Question, certificate: Certificate) -> Iterator[Reason]:
    asked = asked_rehearsal(question)
    if asked is None:
        return
    if asked.environments and not is_among(certificate.environment, asked.environments):
        finding = f"rehearsed in {certificate.environment}"
        yield _reason(
            "rehearsal.elsewhere", certificate, finding, f"rehearse in {' or '.join(asked.environments)}"
        )
    if not certificate.restored:
        finding = "the backout did not restore the baseline"
        yield _reason("rehearsal.not_restored", certificate, finding, "mend the backout, and rehearse again")
    if asked.uncovered == "refuse" and certificate.uncovered:
        finding = f"restored in what was captured only, without {'; '.join(certificate.uncovered[:_NAMED])}"
        move = "widen `backout.baseline`, or declare `backout.changes`, and rehearse again"
        yield _reason("rehearsal.uncovered", certificate, finding, move)
    if asked.failure_path and not certificate.failure_in:
        finding = "no failure was injected, so the failure path never ran"
        yield _reason("rehearsal.no_failure_path", certificate, finding, "rehearse with a failure in a wave")
    playbooks = {question.plan.strategy.playbook, question.plan.backout.playbook}
    again = sorted(playbooks - set(certificate.idempotent))
    if asked.idempotence and again:
        finding = f"not shown to be idempotent: {', '.join(again)}"
        yield _reason(
            "rehearsal.not_idempotent", certificate, finding, "rehearse with each playbook run twice"
        )


def _age(question: Question, certificate: Certificate) -> Iterator[Reason]:
    asked, now = asked_rehearsal(question), question.now
    if certificate.rehearsed_at > now + CLOCKS_DIFFER:
        finding = f"made at {certificate.rehearsed_at.isoformat()}, which is still to come"
        yield _reason(
            "rehearsal.from_the_future", certificate, finding, "set the clocks right, and rehearse again"
        )
    if asked is not None and certificate.rehearsed_at + timedelta(seconds=asked.max_age) <= now:
        at, most = certificate.rehearsed_at.isoformat(), seconds_words(asked.max_age)
        yield _reason(
            "rehearsal.too_old", certificate, f"made at {at}, and valid for {most}", "rehearse again"
        )


def _reason(code: ReasonCode, certificate: Certificate, finding: str, next_move: str) -> Reason:
    about = f"certificate of {certificate.deployments[0]}"
    return Reason(code=code, about=about, found=finding, next_move=next_move)
