"""What the CMDB learns from the end of a deployment: what was proved, and honestly what was not (ISO/IEC 20000-1 9.1, 9.2)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.cmdb.facts import ChangeMade, CiFact, CiOutcome, CmdbUpdate, ProvedRelation
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.standing import StandingName
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import ENDS_ON_HOSTS, NEVER_TOUCHED, STANDS
from orchestrator.domain.plan.release_plan import ReleaseUnit
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.names import as_read
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.selection import selects
from orchestrator.policy.cmdb.ids import host_id, named_id, unit_id

BY_DIGEST = "its digest on the host"
BY_CHECKS = "the acceptance checks"
_LEFT_OUT = "left out after it was touched"
_SHOWN = 300


class _Verdict(NamedTuple):
    """What is said of a host and of all that is on it."""

    outcome: CiOutcome
    reason: str
    since: datetime | None


def update_of(d: Deployment, at: datetime) -> CmdbUpdate | None:
    """What follows from the last event of a deployment; None where it is not an end, or touched no host."""
    if not d.over or d.state in NEVER_TOUCHED:
        return None
    hosts = [d.target(host) for host in d.touched_hosts]
    verdicts = {target.host: _of_host(d, target.host) for target in hosts}
    overall = _overall(d, verdicts)
    facts = (
        *(fact for target in hosts for fact in _on_host(d, target, verdicts[target.host])),
        *_service(d, overall),
        *_items(d, overall),
    )
    distinct = {fact.ci: fact for fact in facts}
    return CmdbUpdate.of_valid(
        deployment=d.id, seq=d.seq, at=at, change=_change(d), facts=tuple(distinct.values())
    )


def learnt(d: Deployment, record: Recorded) -> tuple[CmdbUpdate, ...]:
    """What follows from one record, after which the deployment is `d`."""
    update = update_of(d, record.at) if record.event.kind in ENDS_ON_HOSTS else None
    return (update,) if update is not None else ()


def _change(d: Deployment) -> ChangeMade:
    release = d.plan.release
    return ChangeMade.of_valid(
        release=release.name,
        version=release.version,
        environment=d.plan.resources.environment,
        state=d.state.value,
        by=d.by,
        rehearsal=d.rehearsing.rehearsal is not None,
        references=release.referenced,
    )


def _of_host(d: Deployment, host: str) -> _Verdict:
    standing = d.standings[host]
    outcome = _outcome(standing.standing)
    reason = standing.reason or (_LEFT_OUT if standing.standing == "excluded" else "")
    if outcome == "not known" and not reason:
        reason = f"{standing.standing.replace('_', ' ')} when the deployment ended"
    return _Verdict(outcome, plain(reason, _SHOWN), _before(d) if outcome == "as before" else None)


def _outcome(standing: StandingName) -> CiOutcome:
    match standing:
        case "verified":
            return "verified"
        case "restored":
            return "as before"
        case "residue":
            return "differs"
        case _:
            return "not known"


def _before(d: Deployment) -> datetime:
    """The moment to which what equals its baseline went back: its machines were locked by then, and none was touched."""
    return d.attempts[0].intended_at if d.attempts else d.began_at


def _overall(d: Deployment, verdicts: Mapping[str, _Verdict]) -> _Verdict:
    """What is said of what is not on one host. A backout of some hosts leaves nothing that one version would describe."""
    outcomes = {each.outcome for each in verdicts.values()}
    if d.state in STANDS:
        down = [host for host, each in verdicts.items() if each.outcome != "verified"]
        names = f"{', '.join(down[:5])}{', ...' if len(down) > 5 else ''}"
        return _Verdict("verified", f"not on {names}" if down else "", None)
    if outcomes <= {"as before"}:
        return _Verdict("as before", "", _before(d))
    if outcomes <= {"as before", "differs"}:
        return _Verdict("differs", "a backout left residue", None)
    return _Verdict("not known", "not every host was taken back", None)


def _on_host(d: Deployment, target: Target, verdict: _Verdict) -> Iterator[CiFact]:
    machine = _machine(d, target)
    environment = d.plan.resources.environment
    yield CiFact.of_valid(
        ci=host_id(machine),
        kind="host",
        name=target.host,
        environment=environment,
        outcome=verdict.outcome,
        reason=verdict.reason,
        since=verdict.since,
        location=plain(target.address, _SHOWN),
    )
    relations = (ProvedRelation.of_valid(type="runs_on", to=host_id(machine)), *_part_of_service(d))
    digests = {path for group in d.preparation.expected_on([target]) for path in group.digests}
    for unit in d.plan.release.units:
        if selects(unit.on, target.host, target.groups):
            yield _unit(unit, machine, environment, verdict, relations, digests)
    for name in d.plan.release.removes:
        yield _removed(name, machine, environment, verdict, relations)


def _unit(
    unit: ReleaseUnit,
    machine: str,
    environment: str,
    verdict: _Verdict,
    relations: Sequence[ProvedRelation],
    digests: set[str],
) -> CiFact:
    path = unit.on_target
    on_host = path is not None and any(each == path or each.startswith(f"{path}/") for each in digests)
    proved = verdict.outcome == "verified"
    return CiFact.of_valid(
        ci=unit_id(machine, unit.name),
        kind="unit",
        name=unit.name,
        environment=environment,
        outcome=verdict.outcome,
        reason=verdict.reason,
        since=verdict.since,
        version=plain(unit.version, _SHOWN) if proved else "",
        sha256=unit.sha256 if proved else "",
        location=plain(path or "", _SHOWN),
        proof=(BY_DIGEST if on_host else BY_CHECKS) if proved else "",
        relations=tuple(relations),
    )


def _removed(
    name: str, machine: str, environment: str, verdict: _Verdict, relations: Sequence[ProvedRelation]
) -> CiFact:
    return CiFact.of_valid(
        ci=unit_id(machine, name),
        kind="unit",
        name=plain(name, _SHOWN),
        environment=environment,
        outcome="removed" if verdict.outcome == "verified" else verdict.outcome,
        reason=verdict.reason,
        since=verdict.since,
        proof=BY_CHECKS if verdict.outcome == "verified" else "",
        relations=tuple(relations),
    )


def _machine(d: Deployment, target: Target) -> str:
    """Its identity, as captured with the baseline; else its address, which nothing else is known by."""
    known = d.preparation.baselines.get(target.host)
    if known is not None:
        return known.machine_id
    return d.schedule.machines.get(target.host) or f"address:{target.address}:{target.port}"


def _part_of_service(d: Deployment) -> tuple[ProvedRelation, ...]:
    service = d.plan.release.service
    if service is None:
        return ()
    ci = named_id("service", d.plan.resources.environment, service)
    return (ProvedRelation.of_valid(type="part_of", to=ci),)


def _service(d: Deployment, verdict: _Verdict) -> Iterator[CiFact]:
    release, environment = d.plan.release, d.plan.resources.environment
    if release.service is None:
        return
    yield CiFact.of_valid(
        ci=named_id("service", environment, release.service),
        kind="service",
        name=plain(release.service, _SHOWN),
        environment=environment,
        outcome=verdict.outcome,
        reason=verdict.reason,
        since=verdict.since,
        version=release.version if verdict.outcome == "verified" else "",
        proof=BY_CHECKS if verdict.outcome == "verified" else "",
        relations=tuple(
            ProvedRelation.of_valid(
                type="depends_on", to=named_id("service", environment, name), name=plain(name, _SHOWN)
            )
            for name in dict.fromkeys(release.depends_on)
        ),
    )


def _items(d: Deployment, verdict: _Verdict) -> Iterator[CiFact]:
    """What the plan names beside its hosts, units and service; orch knows no version of those."""
    release, environment = d.plan.release, d.plan.resources.environment
    known = {as_read(name) for name in (release.service or "", *d.hosts, *(u.name for u in release.units))}
    for name in release.cis:
        if as_read(name) not in known:
            yield CiFact.of_valid(
                ci=named_id("item", environment, name),
                kind="item",
                name=plain(name, _SHOWN),
                environment=environment,
                outcome=verdict.outcome,
                reason=verdict.reason,
                since=verdict.since,
                relations=_part_of_service(d),
            )
