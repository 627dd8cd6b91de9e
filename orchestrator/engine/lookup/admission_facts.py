"""Gathers the facts that admission needs: rules, keys, approvals, and the results of earlier deployments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.authority.admission_answer import Admission, NotAdmitted, Reason
from orchestrator.domain.authority.approval import OF_A_START, PresentedApproval, SignedApproval
from orchestrator.domain.authority.document_approval import PresentedDocument
from orchestrator.domain.authority.rehearsal import MeasuredWave, PresentedCertificate
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.completed_times import CompletedTimes
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import Approved
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.effective_plan import EffectivePlan
from orchestrator.domain.rules.channels import ChannelKind
from orchestrator.domain.seal.findings import SealFinding
from orchestrator.domain.text.names import same_name
from orchestrator.engine.lookup.broken_basis import broken_basis, live_uses
from orchestrator.engine.lookup.disposed import consumed_by_disposed
from orchestrator.engine.lookup.documents import documents_of
from orchestrator.engine.lookup.journal_timeline import story_on
from orchestrator.engine.lookup.live_uses import used_live
from orchestrator.engine.lookup.place import known_to_files, place_of
from orchestrator.engine.lookup.policies_in_force import policies_in_force
from orchestrator.engine.lookup.present_software import software_of
from orchestrator.engine.lookup.snapshots import folded, survey
from orchestrator.engine.lookup.unreadable import Traces, traces_of
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.errors import PlanFault
from orchestrator.policy.authority import admission
from orchestrator.policy.authority.admission_question import NO_POLICY, OnRecord, Question, Success
from orchestrator.policy.authority.known_machines import Place
from orchestrator.policy.authority.policy_memory import PolicyInForce
from orchestrator.policy.authority.ticket_need import TicketSight
from orchestrator.policy.measures.wave_durations import completed_times, completed_waves, measured_waves
from orchestrator.policy.planning.way_changes import Ways
from orchestrator.policy.telling.words.ground_words import ground_words

MOST_MEASURED = 5
"""The most earlier deployments whose wave times are read from their journals."""


@dataclass(frozen=True, slots=True)
class Known:
    """Facts that every question about one deployment needs, read once.

    These are the trusted keys, the verified approvals, the other deployments, traces of those that cannot be read, the
    certificates of the release, its measured waves, what is known of its environment and machines, which policies are in
    force, the documents of its model and policy, which records that it may
    rest on are not what was sealed, and the channels of the house where its policy has somebody told.
    """

    keyring: Keyring
    words: tuple[PresentedApproval, ...]
    others: Sequence[Brief]
    traces: Traces
    certificates: tuple[PresentedCertificate, ...] = ()
    measured: tuple[MeasuredWave, ...] = ()
    completed: CompletedTimes | None = None
    place: Place = field(default_factory=Place)
    in_force: tuple[PolicyInForce, ...] = ()
    documents: tuple[PresentedDocument, ...] = ()
    broken: Mapping[str, tuple[SealFinding, ...]] = field(default_factory=dict)
    channels: Mapping[str, ChannelKind] | None = None
    disposed_nonces: frozenset[str] = frozenset()


def facts_of(ports: Ports, d: Deployment, *, history: bool = True) -> Known:
    """The facts for questions about this deployment; no approval is among them. Raises PlanFault for faulty files.

    Without `history` no journal is read.
    What has started goes on under its own policy, whatever is in force.
    """
    keyring = ports.keys.keyring(folder(d.project))
    governed = d.authority.policy is not None
    # Machines and policies in force are asked about at the start: what has started goes on.
    starting = d.authority.opened_at is None
    ruled = governed or bool(keyring.keys) or d.authority.model is not None or starting
    others, unreadable = survey(ports.journal, excluding=d.id) if ruled and history else ([], ())
    traces = traces_of(ports.journal, unreadable) if ruled and history else Traces()
    certificates = _certificates(ports, d, keyring) if governed else ()
    return Known(
        keyring=keyring,
        words=(),
        others=others,
        traces=traces,
        certificates=certificates,
        measured=tuple(_measured(ports, others, d)) if governed else (),
        completed=_completed(ports, others, d) if starting else None,
        place=place_of(ports, d, others if starting else None) if history else known_to_files(ports, d),
        in_force=policies_in_force(ports.journal, others) if starting and history else (),
        documents=documents_of(ports, d, keyring) if starting else (),
        broken=broken_basis(ports, d, others, certificates) if starting and history else {},
        channels=ports.channels.kinds() if starting and _has_told(d) else None,
        disposed_nonces=consumed_by_disposed(ports.journal) if ruled and history else frozenset(),
    )


def _has_told(d: Deployment) -> bool:
    policy = d.authority.policy
    return policy is not None and policy.communication is not None and d.rehearsing.rehearsal is None


def question_of(
    ports: Ports,
    d: Deployment,
    now: datetime,
    known: Known | None = None,
    words: Iterable[SignedApproval] | None = None,
    ticket: TicketSight | None = None,
) -> Question:
    """The one question of admission: whether this deployment may start or continue at `now`, with all facts.

    Every command asks it, by this function alone. Raises PlanFault for faulty files, ValueError for a deployment without an
    effective plan. Facts in `known` are neither read nor verified again. `words`: the signed statements to judge, by
    default those on the journal before the start. `ticket`: its change ticket, where that was asked for just now.
    """
    known = known or facts_of(ports, d)
    governed = d.authority.policy is not None
    approvals = verified(ports, _given(d) if words is None else words, known.keyring, known.words)
    earlier = earlier_plans(ports, d, named_in(approvals, known.certificates), known.others)
    return Question(
        subject=d.id,
        plan=d.plan,
        waves=d.waves,
        effective=_effective(d),
        policy=d.authority.policy or NO_POLICY,
        requester=d.by,
        now=now,
        model=d.authority.model,
        change=d.authority.change,
        mode=d.authority.mode,
        approvals=approvals,
        certificates=known.certificates,
        keyring=known.keyring,
        used=frozenset(nonce for other in known.others for nonce in other.consumed)
        | known.traces.nonces
        | known.disposed_nonces,
        earlier_plans=earlier.plans,
        earlier_ways=earlier.ways,
        recent=(*_starts(known.others, d), *known.traces.starts),
        successes=tuple(_successes(known.others)),
        measured=known.measured,
        completed=known.completed,
        plan_file=d.plan_file,
        rehearsing=d.rehearsing.rehearsal is not None,
        vouched=d.authority.vouched if not governed and not known.keyring.keys else (),
        place=known.place,
        in_force=known.in_force,
        documents=known.documents,
        used_live=used_live(known.others),
        home=ports.keys.home if known.certificates else "",
        on_record=_on_record(ports, known.others) if known.certificates else {},
        ticket=ticket,
        live_uses=live_uses(known.others, d),
        broken=known.broken,
        channels=known.channels,
        ways=Ways(d.targets, d.way_places),
        software=software_of(ports, d) if known.certificates and governed else None,
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


def may_start(
    ports: Ports, d: Deployment, now: datetime, known: Known | None = None, ticket: TicketSight | None = None
) -> Admission:
    """What admission would answer for an open deployment. Starts nothing, uses nothing up, appends nothing."""
    return admission.admit(question_of(ports, d, now, known, ticket=ticket))


def reasons_now(ports: Ports, d: Deployment, now: datetime) -> tuple[Reason, ...]:
    """What speaks against the start of an open deployment that has not begun; what its journal has where files are faulty."""
    if d.over or d.authority.opened_at is not None or d.authority.effective is None:
        return ()
    try:
        answer = may_start(ports, d, admission.moment_of_start(d, now))
    except PlanFault:
        return d.authority.unadmitted.reasons if d.authority.unadmitted is not None else ()
    return answer.reasons if isinstance(answer, NotAdmitted) else ()


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
    return [signed for signed in d.authority.approvals if signed.approval.decision in OF_A_START]


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


class EarlierPlans(NamedTuple):
    """Effective plans by digest, and the hosts that they were made with, with their ways."""

    plans: Mapping[str, EffectivePlan]
    ways: Mapping[str, Ways]


def earlier_plans(
    ports: Ports, d: Deployment, named: frozenset[str], others: Sequence[Brief]
) -> EarlierPlans:
    """This deployment's, and earlier ones that show what has changed since.

    Of plans with the same named digests only the newest is kept; the others show nothing more.
    """
    ways: dict[str, Ways] = {}
    own = [d.authority.effective] if d.authority.effective is not None else []
    plans = {plan.digest: plan for plan in own}
    known = {digest for plan in own for digest in (plan.digest, *plan.digests.values())}
    for other in others:
        matching = named & {other.id, other.digest or "", *other.digests.values()} - known
        if matching:
            known |= matching
            earlier = folded(ports.journal, other.id)
            if earlier.authority.effective is not None:
                ways[earlier.authority.effective.digest] = Ways(earlier.targets, earlier.way_places)
            covered = earlier.rehearsing.rehearsal.of if earlier.rehearsing.rehearsal is not None else None
            plans |= {
                plan.digest: plan for plan in (earlier.authority.effective, covered) if plan is not None
            }
    return EarlierPlans(plans, ways)


def _starts(others: Sequence[Brief], d: Deployment) -> Iterator[datetime]:
    """Earlier starts under the same policy, without emergencies and rehearsals."""
    for other in others:
        counted = other.change != "emergency" and not other.rehearsal
        policy = d.authority.policy
        same = policy is not None and other.policy is not None and same_name(other.policy, policy.policy)
        if counted and same and other.opened_at is not None:
            yield other.opened_at


def _successes(others: Sequence[Brief]) -> Iterator[Success]:
    for other in others:
        if other.state is State.COMPLETED and other.digest is not None and not other.rehearsal:
            artefacts = other.digests["artefacts"]
            yield Success(other.environment, other.release, other.version, artefacts, other.id)


def _measured(ports: Ports, others: Sequence[Brief], d: Deployment) -> Iterator[MeasuredWave]:
    """Wave times of the newest deployments of this release, in any version, whose backout was proved."""
    playbooks = d.plan.playbooks
    alike = [
        other
        for other in others
        if other.state is State.BACKED_OUT
        and same_name(other.release, d.plan.release.name)
        and other.playbooks == playbooks
    ]
    for other in alike[:MOST_MEASURED]:
        d = folded(ports.journal, other.id)
        yield from measured_waves(d, story_on(ports.journal, d))


def _completed(ports: Ports, others: Sequence[Brief], d: Deployment) -> CompletedTimes | None:
    """Wave times of the newest completed deployments of this release there, in any version, by the same playbooks."""
    playbooks, environment = d.plan.playbooks, d.plan.resources.environment
    alike = [
        other
        for other in others
        if other.state is State.COMPLETED
        and same_name(other.release, d.plan.release.name)
        and same_name(other.environment, environment)
        and other.playbooks == playbooks
    ]
    known = [folded(ports.journal, other.id) for other in alike[:MOST_MEASURED]]
    return completed_times([(each, completed_waves(each, story_on(ports.journal, each))) for each in known])


def _on_record(ports: Ports, others: Sequence[Brief]) -> dict[str, OnRecord | None]:
    """The deployments of this store; None for one that cannot be read, of which nothing more is known."""
    known: dict[str, OnRecord | None] = dict.fromkeys(ports.journal.deployments())
    return known | {
        other.id: OnRecord(other.release, other.version, other.environment, rehearsal=other.rehearsal)
        for other in others
    }


def _certificates(ports: Ports, d: Deployment, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
    """The certificates of this release and version; else of the release; else all, so that reasons can name their faults."""
    every_one, release = ports.keys.certificates(folder(d.project), keyring), d.plan.release
    named = tuple(
        presented for presented in every_one if same_name(presented.signed.certificate.release, release.name)
    )
    exact = tuple(presented for presented in named if presented.signed.certificate.version == release.version)
    return exact or named or every_one
