"""Unauthorised change: what audits found otherwise than deployments recorded it, and what became of that."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.evidence.cmdb_audit import COMPARED, NOT_AS_RECORDED, HostAudit
from orchestrator.policy.evidence.audit_history import AuditHistory
from orchestrator.policy.measures.period.deployment_facts import (
    AuditFact,
    FindingFact,
    HostAuditFact,
    HouseFacts,
)
from orchestrator.policy.measures.period.figured import Figured
from orchestrator.policy.measures.period.figures import Share, count_of, share_of
from orchestrator.policy.measures.period.span import Period


def audit_facts_of(history: AuditHistory) -> Iterator[AuditFact]:
    """Each audit that ended, with its hosts."""
    for audit in history.audits.values():
        if audit.ended is not None:
            yield AuditFact(at=audit.ended, hosts=tuple(map(_host, audit.hosts)))


def finding_facts_of(history: AuditHistory) -> Iterator[FindingFact]:
    """Each finding, settled or open."""
    for known in (*history.settled, *history.open.values()):
        yield FindingFact(since=known.since, until=known.until)


def _host(host: HostAudit) -> HostAuditFact:
    compared = host.result in COMPARED
    return HostAuditFact(
        host=f"{host.environment} {host.host}",
        items=host.items if compared else 0,
        changed=tuple(finding.item for finding in host.findings),
        unlisted=host.more,
        astray=host.result in NOT_AS_RECORDED and not compared,
    )


def audit_measures(house: HouseFacts, period: Period) -> Iterator[Figured]:
    """The audits that ended in the period, by distinct hosts and items."""
    audits = [audit for audit in house.audits if period.holds(audit.at)]
    looks: dict[str, list[HostAuditFact]] = {}
    for audit in audits:
        for host in audit.hosts:
            looks.setdefault(host.host, []).append(host)
    compared = {name: known for name, known in looks.items() if any(host.items for host in known)}
    yield Figured("audits", count_of(audits))
    yield Figured("hosts_audited", share_of(name in compared for name in looks))
    yield Figured("hosts_astray", share_of(any(host.astray for host in known) for known in looks.values()))
    yield Figured("hosts_changed_outside", share_of(bool(_changed(known)) for known in compared.values()))
    yield Figured("items_changed_outside", _items(list(compared.values())))
    yield Figured("audit_findings", share_of(_settled(house, period)))


def _changed(looks: Sequence[HostAuditFact]) -> int:
    """Items of one host that were changed: those named, each once, and the most of those only counted."""
    named = {item for look in looks for item in look.changed}
    return len(named) + max(look.unlisted for look in looks)


def _items(hosts: Sequence[Sequence[HostAuditFact]]) -> Share:
    """An item that came from outside is none of those compared: it counts as one more."""
    changed = sum(map(_changed, hosts))
    of = sum(max(*(look.items for look in looks), _changed(looks)) for looks in hosts)
    return Share(part=changed, of=of, share=round(changed / of, 4) if of else None)


def _settled(house: HouseFacts, period: Period) -> Iterator[bool]:
    for finding in house.findings:
        if finding.since < period.ends and (finding.until is None or finding.until >= period.begins):
            yield finding.until is not None and finding.until < period.ends
