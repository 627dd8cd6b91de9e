"""Gathers the facts that admission needs: rules, keys, approvals, and the results of earlier deployments."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestrator.domain.authority.admission_answer import Admission, NotAdmitted
from orchestrator.domain.authority.approval import PresentedApproval, SignedApproval
from orchestrator.domain.authority.rehearsal import MeasuredWave, PresentedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import Approved
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.lookup.journal_timeline import story_on
from orchestrator.engine.lookup.place import place_of
from orchestrator.engine.lookup.snapshots import briefs, folded, survey
from orchestrator.engine.lookup.unreadable import Traces, traces_of
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.policy.authority import admission
from orchestrator.policy.authority.admission_question import NO_POLICY, Question, Success
from orchestrator.policy.measures.wave_durations import measured_waves
from orchestrator.policy.telling.words.ground_words import ground_words

MOST_MEASURED = 5
"""The most earlier deployments whose wave times are read from their journals."""


@dataclass(frozen=True, slots=True)
class Known:
    """Facts that every question about one deployment needs, read once.

    These are the trusted keys, the verified approvals, the other deployments, and traces of those that cannot be read.
    """

    keyring: Keyring
    words: tuple[PresentedApproval, ...]
    others: Sequence[Brief]
    traces: Traces


def question_of(ports: Ports, d: Deployment, now: datetime, known: Known | None = None) -> Question:
    """The question whether this deployment may start or continue now. Raises PlanFault for faulty keys.

    Facts in `known` are neither read nor verified again.
    """
    keyring = known.keyring if known else ports.keys.keyring(folder(d.project))
    governed = d.authority.policy is not None
    ruled = governed or keyring.keys or d.authority.model is not None
    others, traces = _others(ports, d, known) if ruled else ([], Traces())
    approvals = verified(ports, _given(d), keyring, known.words if known else ())
    certificates = _certificates(ports, d, keyring) if governed else ()
    return asked_about(
        d,
        now,
        keyring,
        approvals,
        others,
        traces=traces,
        policy=d.authority.policy or NO_POLICY,
        certificates=certificates,
        earlier_plans=earlier_plans(ports, d, named_in(approvals, certificates), others),
        recent=(*_starts(others, d), *traces.starts),
        successes=tuple(_successes(others)),
        measured=tuple(_measured(ports, others, d)) if governed else (),
        plan_file=d.plan_file,
        rehearsing=d.rehearsing.rehearsal is not None,
        vouched=d.authority.vouched if not governed and not keyring.keys else (),
        place=place_of(ports, d, _deployed_elsewhere(ports, d, others if ruled or known else None)),
    )


def _deployed_elsewhere(
    ports: Ports, d: Deployment, others: Sequence[Brief] | None
) -> Sequence[Brief] | None:
    """The deployments that say what its machines are: asked at the start, for the waves are of the same machines."""
    if d.authority.opened_at is not None:
        return None
    return others if others is not None else briefs(ports.journal, excluding=d.id)


def _others(ports: Ports, d: Deployment, known: Known | None) -> tuple[Sequence[Brief], Traces]:
    """The other deployments, and the traces of those that cannot be read."""
    if known is not None:
        return known.others, known.traces
    others, unreadable = survey(ports.journal, excluding=d.id)
    return others, traces_of(ports.journal, unreadable)


def asked_about(
    d: Deployment,
    now: datetime,
    keyring: Keyring,
    approvals: tuple[PresentedApproval, ...],
    others: Sequence[Brief],
    *,
    traces: Traces,
    policy: ReleasePolicy,
    **fields: Any,
) -> Question:
    """The question by which approvals are judged, at the start of a deployment or when they are given.

    `fields`: further fields of the question, needed to decide on a start.
    """
    return Question(
        subject=d.id,
        plan=d.plan,
        waves=d.waves,
        effective=_effective(d),
        policy=policy,
        requester=d.by,
        now=now,
        model=d.authority.model,
        change=d.authority.change,
        mode=d.authority.mode,
        approvals=approvals,
        keyring=keyring,
        used=frozenset(nonce for other in others for nonce in other.consumed) | traces.nonces,
        **fields,
    )


def verified(
    ports: Ports, words: Iterable[SignedApproval], keyring: Keyring, known: Sequence[PresentedApproval] = ()
) -> tuple[PresentedApproval, ...]:
    """Each approval once, with its signature verified; approvals in `known` are not verified again."""
    by_word = {presented.signed: presented for presented in known}
    wanted = tuple(dict.fromkeys(words))
    new = [signed for signed in wanted if signed not in by_word]
    by_word |= zip(new, ports.keys.present(new, keyring), strict=True)
    return tuple(by_word[signed] for signed in wanted)


def may_start(ports: Ports, d: Deployment, now: datetime, known: Known | None = None) -> Admission:
    """What admission would answer for an open deployment. Starts nothing, uses nothing up, appends nothing."""
    return admission.admit(question_of(ports, d, now, known))


def approved(d: Deployment, answer: Admission) -> Approved:
    """The event that all required approvals are given, and by whom; `answer` may still hold calendar reasons."""
    grounds = () if isinstance(answer, NotAdmitted) else answer.grounds
    given = tuple(ground for ground in grounds if ground.code == "approval.given")
    if given or d.authority.approvals:
        by_whom = "; ".join(map(ground_words, given))
        return Approved(basis=by_whom or "the approvals that are asked for are there", reasons=given)
    asked = (
        "the plan asks for no approval"
        if d.authority.policy is None
        else f"policy {d.authority.policy.policy} asks for none"
    )
    verb = "scheduled" if d.authority.mode == "scheduled" else "started"
    return Approved(basis=f"{asked}; {verb} by {d.by}")


def _effective(d: Deployment) -> EffectivePlan:
    if d.authority.effective is None:
        raise ValueError(f"{d.id} was planned before there were effective plans")
    return d.authority.effective


def _given(d: Deployment) -> Sequence[SignedApproval]:
    return [signed for signed in d.authority.approvals if signed.approval.decision != "sign_off"]


def named_in(
    approvals: Sequence[PresentedApproval], certificates: Sequence[PresentedCertificate]
) -> frozenset[str]:
    """The digests of plans and ingredients that approvals were given for or that certificates cover."""
    plans = {approval.signed.approval.plan_digest for approval in approvals}
    covered = {
        digest for certificate in certificates for digest in certificate.signed.certificate.covers.values()
    }
    return frozenset(
        plans | covered | {certificate.signed.certificate.deployments[0] for certificate in certificates}
    )


def earlier_plans(
    ports: Ports, d: Deployment, named: frozenset[str], others: Sequence[Brief]
) -> dict[str, EffectivePlan]:
    """Effective plans by digest: this deployment's, and earlier ones that show what has changed since.

    Of plans with the same named digests only the newest is kept; the others show nothing more.
    """
    own = [d.authority.effective] if d.authority.effective is not None else []
    plans = {plan.digest: plan for plan in own}
    known = {digest for plan in own for digest in (plan.digest, *plan.digests.values())}
    for other in others:
        matching = named & {other.id, other.digest or "", *other.digests.values()} - known
        if matching:
            known |= matching
            earlier = folded(ports.journal, other.id)
            covered = earlier.rehearsing.rehearsal.of if earlier.rehearsing.rehearsal is not None else None
            plans |= {
                plan.digest: plan for plan in (earlier.authority.effective, covered) if plan is not None
            }
    return plans


def _starts(others: Sequence[Brief], d: Deployment) -> Iterator[datetime]:
    """Earlier starts under the same policy, without emergencies and rehearsals."""
    for other in others:
        counted = other.change != "emergency" and not other.rehearsal
        same = d.authority.policy is not None and other.policy == d.authority.policy.policy
        if counted and same and other.opened_at is not None:
            yield other.opened_at


def _successes(others: Sequence[Brief]) -> Iterator[Success]:
    for other in others:
        if other.state is State.COMPLETED and other.digest is not None and not other.rehearsal:
            yield Success(other.environment, other.release, other.version, other.digests["artefacts"])


def _measured(ports: Ports, others: Sequence[Brief], d: Deployment) -> Iterator[MeasuredWave]:
    """Wave times of the newest deployments of this release, in any version, whose backout was proved."""
    playbooks = (d.plan.strategy.playbook, d.plan.backout.playbook)
    alike = [
        other
        for other in others
        if other.state is State.BACKED_OUT
        and other.release == d.plan.release.name
        and other.playbooks == playbooks
    ]
    for other in alike[:MOST_MEASURED]:
        d = folded(ports.journal, other.id)
        yield from measured_waves(d, story_on(ports.journal, d))


def _certificates(ports: Ports, d: Deployment, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
    """The certificates of this release and version; else of the release; else all, so that reasons can name their faults."""
    every_one, release = ports.keys.certificates(folder(d.project), keyring), d.plan.release
    named = tuple(
        presented for presented in every_one if presented.signed.certificate.release == release.name
    )
    exact = tuple(presented for presented in named if presented.signed.certificate.version == release.version)
    return exact or named or every_one
