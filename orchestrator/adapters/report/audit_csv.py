"""An audit of configuration records as CSV (RFC 4180): no text in it is a formula for a spreadsheet."""

import csv
import io
from collections.abc import Iterator

from orchestrator.adapters.report.period_csv import Cell, inert
from orchestrator.domain.evidence.baseline import AttributeValue
from orchestrator.domain.evidence.cmdb_audit import HostAudit
from orchestrator.policy.evidence.audit_history import Audit

HEADINGS = (
    "audit", "began", "host", "environment", "result", "machine_id", "items", "reason",
    "kind", "name", "attribute", "recorded", "found", "deployment", "accepted_by", "not_listed",
)  # fmt: skip


def csv_audit(audit: Audit) -> str:
    """A row for each difference; a host without any has one row."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(HEADINGS)
    for host in audit.hosts:
        for row in _rows(host):
            rows.writerow([audit.id, audit.began.isoformat(), *map(inert, row)])
    return text.getvalue()


def _rows(host: HostAudit) -> Iterator[list[Cell]]:
    start: list[Cell] = [host.host, host.environment, host.result, host.machine_id, host.items, host.reason]
    if not host.findings:
        yield [*start, *[None] * 7, host.more]
    for finding in host.findings:
        for change in finding.changes:
            values = (_value(change.before), _value(change.after))
            source = (finding.deployment, finding.accepted_by)
            yield [*start, finding.kind, finding.name, change.attribute, *values, *source, host.more]


def _value(value: AttributeValue) -> Cell:
    return str(value).lower() if isinstance(value, bool) else value
