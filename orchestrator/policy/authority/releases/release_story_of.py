"""Makes the story of a release from its deployments: environment by environment, in the order in which they were reached."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, State
from orchestrator.domain.text.names import as_read
from orchestrator.policy.authority.record_basis import rehearsal_basis
from orchestrator.policy.authority.releases.environment_differences import differences_between
from orchestrator.policy.authority.releases.open_work import work_left
from orchestrator.policy.authority.releases.release_story import (
    Differences,
    GivenWord,
    HeldCertificate,
    InEnvironment,
    ReleaseDeployment,
    ReleaseStory,
    StandsCode,
    UnitDigest,
)
from orchestrator.policy.authority.word_checks import recorded_statements
from orchestrator.policy.evidence.rehearsal_verdict import faults_of_part
from orchestrator.policy.telling.summary import plain_words

RESIDUE_NAMED = 20
"""Differences that one deployment names; of more, the number of the others."""


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """All deployments of one version of a release with their journals, and what is known beside them."""

    release: str
    version: str
    deployments: Sequence[tuple[Deployment, Sequence[Recorded]]]
    certificates: Sequence[PresentedCertificate] = ()
    other_versions: Sequence[str] = ()
    unreadable: Mapping[str, str] | None = None
    certificates_unread: Sequence[str] = ()


def release_story(facts: ReleaseFacts, now: datetime) -> ReleaseStory:
    """The story. The order in which deployments are given does not matter."""
    ordered = sorted(facts.deployments, key=lambda each: (each[0].began_at, each[0].id))
    by_environment: dict[str, list[tuple[Deployment, Sequence[Recorded]]]] = {}
    for d, records in ordered:
        by_environment.setdefault(as_read(d.plan.resources.environment), []).append((d, records))
    return ReleaseStory(
        release=facts.release,
        version=facts.version,
        made=now,
        environments=tuple(_in_environment(each, now) for each in by_environment.values()),
        differences=tuple(_differences(by_environment.values())),
        certificates=tuple(map(_certificate, facts.certificates)),
        certificates_unread=tuple(facts.certificates_unread),
        other_versions=tuple(facts.other_versions),
        unreadable=dict(facts.unreadable or {}),
    )


def _in_environment(
    deployments: Sequence[tuple[Deployment, Sequence[Recorded]]], now: datetime
) -> InEnvironment:
    newest = deployments[-1][0]
    return InEnvironment(
        environment=newest.plan.resources.environment,
        environment_class=newest.authority.environment_class,
        stands=_stands([d for d, _ in deployments]),
        deployments=tuple(_deployment(d, records, now) for d, records in deployments),
    )


def _stands(deployments: Sequence[Deployment]) -> StandsCode:
    real = [d for d in deployments if d.rehearsing.rehearsal is None]
    touched = [d for d in real if d.state not in NEVER_TOUCHED]
    if not real:
        return "rehearsed"
    return _end_of(touched[-1].state) if touched else "nothing"


def _end_of(state: State) -> StandsCode:
    """By the end of the deployment that counts."""
    match state:
        case State.COMPLETED:
            return "deployed"
        case State.COMPLETED_WITH_EXCEPTIONS:
            return "exceptions"
        case State.BACKED_OUT:
            return "taken_back"
        case State.BACKED_OUT_WITH_RESIDUE:
            return "residue"
        case State.BACKOUT_FAILED:
            return "unproved"
        case _:
            return "under_way"


def _differences(
    environments: Iterable[Sequence[tuple[Deployment, Sequence[Recorded]]]],
) -> Iterator[Differences]:
    """Between each environment and the next one that was reached."""
    counting = [_that_counts([d for d, _ in each]) for each in environments]
    for before, after in pairwise(counting):
        yield differences_between(before, after)


def _that_counts(deployments: Sequence[Deployment]) -> Deployment:
    """The newest that touched a host; a rehearsal only where there is nothing else."""
    real = [d for d in deployments if d.rehearsing.rehearsal is None] or list(deployments)
    touched = [d for d in real if d.state not in NEVER_TOUCHED]
    return (touched or real)[-1]


def _deployment(d: Deployment, records: Sequence[Recorded], now: datetime) -> ReleaseDeployment:
    rehearsal, authority = d.rehearsing.rehearsal, d.authority
    return ReleaseDeployment(
        id=d.id,
        environment=d.plan.resources.environment,
        environment_class=authority.environment_class,
        state=d.state.value,
        over=d.over,
        rehearses=rehearsal.environment if rehearsal is not None else None,
        part=rehearsal.part if rehearsal is not None else None,
        as_rehearsed=None if rehearsal is None or not d.over else not faults_of_part(d),
        planned_at=d.began_at,
        opened_at=authority.opened_at,
        ended_at=d.ended_at,
        by=d.by,
        hosts=dict(Counter(standing.standing for standing in d.standings.values())),
        result=plain_words(d),
        words=tuple(_words(records)),
        rests_on=rehearsal_basis(d, records),
        policy=f"{authority.policy.policy} {authority.policy.version}" if authority.policy else None,
        model=f"{authority.model.model} {authority.model.version}" if authority.model else None,
        plan_sha256=d.plan_sha256,
        effective=authority.effective.digest if authority.effective is not None else None,
        units=tuple(_units(d)),
        residue=tuple(_residue(d)),
        open=tuple(work_left(d, now)),
    )


def _words(records: Sequence[Recorded]) -> Iterator[GivenWord]:
    """What people decided: signed statements, and approvals that were named when it started."""
    signed = recorded_statements(records)
    for each in signed:
        yield GivenWord(decision=each.word, person=each.person, role=each.role, signed_at=each.made_at)
    known = {(as_read(each.person), as_read(each.role)) for each in signed}
    for record in records:
        if isinstance(record.event, e.Approved):
            for given in record.event.approvals:
                if (as_read(given.person), as_read(given.role)) not in known:
                    yield GivenWord(decision="approved", person=given.person, role=given.role, signed_at=None)


def _units(d: Deployment) -> Iterator[UnitDigest]:
    for unit in d.plan.release.units:
        verified = d.preparation.digests.get(unit.place)
        yield UnitDigest(name=unit.name, version=unit.version, sha256=unit.sha256, verified=verified)


def _residue(d: Deployment) -> Iterator[str]:
    """What differs from the baseline after a backout, and what could not be compared."""
    if d.backout is None:
        return
    for each in d.backout.differences[:RESIDUE_NAMED]:
        yield f"{each.host}: {each.kind} {each.name}, {each.attribute}"
    more = len(d.backout.differences) - RESIDUE_NAMED
    if more > 0:
        yield f"{more} more"
    for host, why in d.backout.not_compared.items():
        yield f"{host}: not compared: {why}"


def _certificate(presented: PresentedCertificate) -> HeldCertificate:
    certificate = presented.signed.certificate
    return HeldCertificate(
        environment=certificate.environment,
        deployments=certificate.deployments,
        rehearsed_at=certificate.rehearsed_at,
        restored=certificate.restored,
        failure_path=bool(certificate.failure_in),
        key=certificate.key,
        answer=presented.answer,
    )
