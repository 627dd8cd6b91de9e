"""Which rehearsal certificates cover a deployment, and why each of the others does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from orchestrator.domain.authority.admission_answer import Reason, ReasonCode
from orchestrator.domain.authority.rehearsal import Certificate, PresentedCertificate
from orchestrator.domain.authority.signing import ISSUER
from orchestrator.domain.plan.effective_plan import (
    REHEARSED,
    EffectivePlan,
    Ingredient,
    IngredientName,
    change_of,
)
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.release_policy import AskedRehearsal, ReleasePolicy
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import seconds_words
from orchestrator.domain.text.names import is_among, same_name
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.approvals import CLOCKS_DIFFER
from orchestrator.policy.authority.broken_basis import broken_record
from orchestrator.policy.authority.software_cover import differences
from orchestrator.policy.authority.trust_words import aside_words
from orchestrator.policy.planning.digests import rehearsed_policy

_NAMED = 3
_POLICY_PARTS = {f"the policy's {name}" for name in ReleasePolicy.model_fields}
FORGED = frozenset({"rehearsal.bad_signature", "rehearsal.foreign_key", "rehearsal.not_on_record"})


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
            found=f"no rehearsal certificate counts for {_digests(question)}",
            next_move=_command(question),
        )


def _digests(question: Question) -> str:
    """The digests that a certificate must cover; ingredients that are empty here are left out."""
    needed = [_as_rehearsed(question, name) for name in REHEARSED]
    digest_words = [f"{each.name} {each.digest[:16]}" for each in needed if each.parts]
    return f"{', '.join(digest_words[:-1])} and {digest_words[-1]}" if digest_words[1:] else digest_words[0]


def _command(question: Question) -> str:
    """The command that produces a valid certificate, with the first environment that the policy names."""
    asked = question.policy.rehearsal
    environment = asked.environments[0] if asked is not None and asked.environments else "ENVIRONMENT"
    return f"orch rehearse {command_word(question.plan_file)} --in {environment}"


def _against(question: Question, presented: PresentedCertificate) -> Iterator[Reason]:
    certificate = presented.signed.certificate
    key = question.keyring.find(presented.signed.signature.key)
    usable = key is not None and key.serves(ISSUER) and key.revoked_at is None
    if key is None or not usable or (key.expires is not None and key.expires <= question.now):
        yield _foreign(question, presented)
        return
    if presented.answer != "good" or certificate.key != key.key:
        finding = "the signature does not fit what it says"
        yield _reason(
            "rehearsal.bad_signature", certificate, finding, "find out who changed it, and rehearse again"
        )
        return
    yield from _on_record(question, certificate)
    yield from _covers(question, certificate)
    yield from _software(question, certificate)
    yield from _results(question, certificate)
    yield from _age(question, certificate)
    yield from (broken_record(question, name) for name in certificate.deployments if name in question.broken)


def _foreign(question: Question, presented: PresentedCertificate) -> Reason:
    key = presented.signed.signature.key
    finding = f"signed with key {key[:16]}, which is not trusted to issue certificates"
    aside = question.keyring.aside(key)
    move = f"trust the key in the role {ISSUER}, or rehearse here"
    if aside is not None:
        finding = f"{finding}: {aside_words(aside)}"
        move = f"have the house trust the key in the role {ISSUER}, or rehearse here"
    return _reason("rehearsal.foreign_key", presented.signed.certificate, finding, move)


def from_elsewhere(question: Question, certificate: Certificate) -> bool:
    """Whether this store cannot know the deployments that a certificate names, so that the issuer alone vouches for them."""
    here = certificate.home is not None and certificate.home == question.home
    return not here and any(name not in question.on_record for name in certificate.deployments)


def _on_record(question: Question, certificate: Certificate) -> Iterator[Reason]:
    """A certificate that was issued here is of rehearsals that are on record here."""
    if not question.home or certificate.home != question.home:
        return
    stated = (certificate.release, certificate.version, certificate.environment, True)
    for name in certificate.deployments:
        if name not in question.on_record:
            finding = f"issued here, where no deployment {name} is on record"
        else:
            known = question.on_record[name]
            if known is None or (known.release, known.version, known.environment, known.rehearsal) == stated:
                continue
            what = "a rehearsal" if known.rehearsal else "no rehearsal, but a deployment"
            finding = f"{name} is {what} of {known.release} {known.version} in {known.environment} on record"
        move = f"find out who made it, remove it, and rehearse: {_command(question)}"
        yield _reason("rehearsal.not_on_record", certificate, finding, move)


def _covers(question: Question, certificate: Certificate) -> Iterator[Reason]:
    release = question.plan.release
    if not same_name(certificate.release, release.name) or certificate.version != release.version:
        finding = f"of {certificate.release} {certificate.version}, not of {release.name} {release.version}"
        yield _reason("rehearsal.other_release", certificate, finding, "rehearse this release")
        return
    changed = [name for name in REHEARSED if not _covered(question, certificate, name)]
    if changed:
        changes = ", ".join(
            f"{_named(question, certificate, name)} {_as_rehearsed(question, name).digest[:16]}"
            for name in changed
        )
        move = f"rehearse what will run: {_command(question)}"
        yield _reason("rehearsal.changed", certificate, f"does not cover {changes}", move)


def _covered(question: Question, certificate: Certificate, name: IngredientName) -> bool:
    """Certificates of earlier versions cover the whole policy; they count while that is unchanged (docs/adr/0069)."""
    accepted = (_as_rehearsed(question, name).digest, question.effective.digests[name])
    return certificate.covers.get(name) in accepted


def _as_rehearsed(question: Question, name: IngredientName) -> Ingredient:
    """The ingredient as a rehearsal covers it now."""
    return rehearsed_policy(question.policy) if name == "policy" else _ingredient(question.effective, name)


def _named(question: Question, certificate: Certificate, name: IngredientName) -> str:
    """The ingredient and what changed in it, where a known plan has it as it was rehearsed."""
    known = (_ingredient(plan, name) for plan in question.earlier_plans.values())
    rehearsed = next(
        (plan_known for plan_known in known if plan_known.digest == certificate.covers.get(name)), None
    )
    if rehearsed is None:
        return name
    whole = name == "policy" and not rehearsed.parts.keys() <= _POLICY_PARTS
    now = _ingredient(question.effective, name) if whole else _as_rehearsed(question, name)
    return str(change_of(rehearsed, now))


def _ingredient(plan: EffectivePlan, name: IngredientName) -> Ingredient:
    return next(ingredient for ingredient in plan.ingredients if ingredient.name == name)


def _software(question: Question, certificate: Certificate) -> Iterator[Reason]:
    """The policy says how much like the software of the rehearsal that of the deployment must be."""
    asked = question.policy.rehearsal
    if question.software is None or asked is None:
        return
    differing = differences(certificate.software, question.software, asked.versions)
    if differing:
        finding = f"ran with other software than what will run: {'; '.join(differing)}"
        move = f"rehearse with what will run: {_command(question)}; or deploy with what was rehearsed: --ansible PATH"
        yield _reason("rehearsal.other_software", certificate, finding, move)


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
    again = sorted(_repeatable(question.plan) - set(certificate.idempotent))
    if asked.idempotence and again:
        finding = f"not shown to be idempotent: {', '.join(again)}"
        yield _reason(
            "rehearsal.not_idempotent", certificate, finding, "rehearse with each playbook run twice"
        )


def _repeatable(plan: ReleasePlan) -> set[str]:
    """The playbooks that a rehearsal runs twice: all but those that only steps that run once deploy with."""
    deployed = {stage.playbook for stage in plan.stages if not stage.once}
    return {name for name in (*deployed, *(stage.backout.playbook for stage in plan.stages)) if name}


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
