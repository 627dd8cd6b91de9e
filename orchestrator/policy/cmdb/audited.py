"""What audits say of a configuration item that is a host: the newest one that named it, and findings that are open."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.cmdb.ci import Ci
from orchestrator.domain.evidence.cmdb_audit import COMPARED, HostAudit
from orchestrator.policy.cmdb.ids import host_id
from orchestrator.policy.evidence.audit_history import AuditHistory, KnownFinding


class HostResultAt(NamedTuple):
    """The result of a host in one audit, and when that ended."""

    audit: str
    at: datetime
    host: HostAudit


class HostAudited(NamedTuple):
    """The newest audit of a host, the newest that compared it, and what is open of the machine, whichever audit found it."""

    newest: HostResultAt
    compared: HostResultAt | None
    open: tuple[KnownFinding, ...]


def newest_audit_of(ci: Ci, history: AuditHistory) -> HostAudited | None:
    """What audits say of this host; None where none has named it, and of items of other kinds."""
    if ci.kind != "host":
        return None
    results = tuple(_results_of(ci, history))
    if not results:
        return None
    compared = next((each for each in results if each.host.result in COMPARED), None)
    still_open = tuple(each for each in history.open.values() if host_id(each.machine_id) == ci.id)
    return HostAudited(results[0], compared, still_open)


def _results_of(ci: Ci, history: AuditHistory) -> Iterator[HostResultAt]:
    """Newest first."""
    for audit in reversed(history.audits.values()):
        host = next((host for host in audit.hosts if _concerns(host, ci)), None)
        if audit.ended is not None and host is not None:
            yield HostResultAt(audit.id, audit.ended, host)


def _concerns(host: HostAudit, ci: Ci) -> bool:
    """By machine; a host of which the audit knows no machine by its name, which a replaced machine has no more."""
    if host.machine_id:
        return host_id(host.machine_id) == ci.id
    return (host.environment, host.host) == (ci.environment, ci.name) and ci.status != "replaced"
