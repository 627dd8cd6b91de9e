"""Audits of configuration records in words."""

from collections import Counter
from datetime import datetime

from orchestrator.domain.cmdb.ci import Ci
from orchestrator.domain.evidence.cmdb_audit import (
    COMPARED,
    HOST_RESULTS,
    AuditFinding,
    HostAudit,
    HostResult,
)
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.cmdb.audited import HostAudited
from orchestrator.policy.evidence.audit_history import Audit
from orchestrator.policy.evidence.drift import words_of_change

RESULTS: dict[HostResult, str] = {
    "as_recorded": "as recorded",
    "differs": "differs",
    "another_machine": "another machine",
    "unknown": "unknown to the records",
    "not_in_inventory": "not in the inventory",
    "not_reached": "not reached",
    "in_deployment": "in deployment, not audited",
    "not_audited": "not audited",
}


def summary_of(audit: Audit) -> str:
    """An audit in a line: how many hosts there were, by result."""
    numbers = Counter(host.result for host in audit.hosts)
    results = ", ".join(f"{numbers[result]} {RESULTS[result]}" for result in HOST_RESULTS if numbers[result])
    return f"{counted(len(audit.hosts), 'host')}: {results}" if results else "no host"


def host_words(host: HostAudit) -> str:
    """The result of one host."""
    items = f", {counted(host.items, 'item')} compared" if host.items else ""
    reason = f": {host.reason}" if host.reason else ""
    place = f" of {host.environment}" if host.environment else ""
    return plain(f"{host.host}{place}: {RESULTS[host.result]}{items}{reason}", 900)


def finding_words(finding: AuditFinding) -> str:
    """One item: what was recorded and what was found, attribute by attribute, and who recorded it."""
    changes = ", ".join(words_of_change(change) for change in finding.changes)
    source = f"recorded by {finding.deployment}"
    if finding.accepted_by is not None:
        source = f"accepted by {finding.accepted_by}"
    return plain(f"{finding.item} {changes} ({source})", 900)


def accept_command(host: str, environment: str, finding: AuditFinding) -> str:
    """The command that accepts a finding."""
    return f"orch cmdb accept {host} {command_word(finding.item)} --environment {environment} --reason WHY"


def newest_audit_words(ci: Ci, audited: HostAudited | None) -> str:
    """What audits say of a host, with the command that shows or makes one."""
    if audited is None:
        return f"none has named it yet (orch cmdb audit --hosts {command_word(ci.name)})"
    newest, compared, earlier = audited.newest, audited.compared, ""
    if newest.host.result not in COMPARED:
        earlier = "; never compared"
        if compared is not None:
            earlier = f"; last compared {compared.at:%Y-%m-%d %H:%M} UTC: {RESULTS[compared.host.result]}"
    still = f"; {counted(len(audited.open), 'open finding')}" if audited.open else ""
    command = f"orch cmdb audit --show {newest.audit}"
    return f"{RESULTS[newest.host.result]}, {newest.at:%Y-%m-%d %H:%M} UTC{earlier}{still} ({command})"


def owed_words(environment: str, due: datetime, fault: str = "") -> str:
    """An audit that is due, with the command that makes it."""
    if fault:
        return f"Whether an audit of {environment} is owed is not known: {fault}"
    return f"An audit of {environment} is owed since {due:%Y-%m-%d %H:%M} UTC: orch cmdb audit --environment {environment}"
