"""Audits of configuration records for people: one audit, the list of them, and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from orchestrator.domain.evidence.cmdb_audit import HOST_RESULTS, HostAudit
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.evidence.audit_history import Audit, AuditHistory, KnownFinding
from orchestrator.policy.evidence.audit_results import verdict_of
from orchestrator.policy.telling.words.audit_words import (
    accept_command,
    finding_words,
    host_words,
    summary_of,
)

HEADINGS = ("id", "began", "took", "by", "environments", "result")
OPEN_LISTED = 50


def audit_lines(audit: Audit, history: AuditHistory) -> Iterator[str]:
    """One audit: its hosts with what differs, and the command that accepts what is still open."""
    yield plain(f"{audit.id}: {_result(audit, None)}", 900)
    for host in sorted(
        audit.hosts, key=lambda each: (HOST_RESULTS.index(each.result), each.host, each.environment)
    ):
        yield host_words(host)
        yield from _findings(host, history)
    yield from _acceptable(_still_open(audit, history))
    for remark in audit.remarks:
        yield plain(f"Note: {remark}", 900)


def _findings(host: HostAudit, history: AuditHistory) -> Iterator[str]:
    for finding in host.findings:
        settled = (host.machine_id, finding.kind, finding.name) not in history.open
        yield f"  {finding_words(finding)}{'; settled since' if settled else ''}"
    if host.more:
        yield f"  and {counted(host.more, 'further item')}"


def _still_open(audit: Audit, history: AuditHistory) -> Iterator[KnownFinding]:
    for host in audit.hosts:
        for finding in host.findings:
            known = history.open.get((host.machine_id, finding.kind, finding.name))
            if known is not None:
                yield known


def _acceptable(findings: Iterable[KnownFinding]) -> Iterator[str]:
    """The command that accepts the first finding: one is enough to see how."""
    for known in islice(findings, 1):
        yield "What is as it should be can be accepted, one item or several of a host:"
        yield f"  {accept_command(known.host, known.environment, known.finding)}"


def audits_lines(
    newest_first: Sequence[Audit], runs: str | None
) -> tuple[Sequence[str], Sequence[Sequence[str]], Sequence[Mapping[str, str]]]:
    """The table of audits: headings, rows and styles."""
    rows = [
        (
            each.id,
            f"{each.began:%Y-%m-%d %H:%M}",
            _took(each),
            plain(each.by, 40) + (" (timer)" if each.timer else ""),
            plain(", ".join(each.environments), 60),
            _result(each, runs),
        )
        for each in newest_first
    ]
    return HEADINGS, rows, [{"result": _style(each)} for each in newest_first]


def open_lines(history: AuditHistory) -> Iterator[str]:
    """Findings that nobody has settled, oldest first."""
    known = sorted(history.open.values(), key=lambda each: (each.since, each.host, each.finding.item))
    if known:
        yield f"{counted(len(known), 'open finding')}:"
    for each in known[:OPEN_LISTED]:
        yield plain(
            f"  {each.host} of {each.environment}: {finding_words(each.finding)}, since {each.since:%Y-%m-%d %H:%M}",
            1200,
        )
    if len(known) > OPEN_LISTED:
        yield f"  and {len(known) - OPEN_LISTED} more"
    yield from _acceptable(known)


def audit_json(audit: Audit, *, under_way: bool = False) -> dict[str, object]:
    """An audit without its hosts, for JSON lines (docs/cmdb-audit.md)."""
    numbers = {result: sum(host.result == result for host in audit.hosts) for result in HOST_RESULTS}
    return {
        "kind": "cmdb_audit",
        "id": audit.id,
        "began": audit.began.isoformat(),
        "ended": audit.ended.isoformat() if audit.ended is not None else None,
        "state": "ended" if audit.ended is not None else "under_way" if under_way else "broken_off",
        "verdict": verdict_of(audit) if audit.ended is not None else None,
        "environments": list(audit.environments),
        "asked": list(audit.asked),
        "whole": audit.whole,
        "timer": audit.timer,
        "by": audit.by,
        "hosts": numbers,
        "findings": sum(len(host.findings) + host.more for host in audit.hosts),
        "remarks": list(audit.remarks),
    }


def finding_json(known: KnownFinding) -> dict[str, object]:
    """A finding that nobody has settled, for JSON lines."""
    return {
        "kind": "cmdb_finding",
        "host": known.host,
        "environment": known.environment,
        "machine_id": known.machine_id,
        "audit": known.audit,
        "since": known.since.isoformat(),
        "finding": known.finding.model_dump(mode="json"),
    }


def _result(audit: Audit, runs: str | None) -> str:
    if audit.ended is None:
        hosts = counted(len(audit.asked), "host")
        return f"under way, {hosts}" if audit.id == runs else f"broken off, {hosts}: nothing is known of it"
    items = sum(len(host.findings) + host.more for host in audit.hosts)
    differ = f"; {counted(items, 'item')} not as recorded" if items else ""
    return f"{summary_of(audit)}{differ}"


def _took(audit: Audit) -> str:
    return seconds_words(round((audit.ended - audit.began).total_seconds(), 1)) if audit.ended else ""


def _style(audit: Audit) -> str:
    if audit.ended is None:
        return "yellow"
    return {"as_recorded": "green", "drift": "bold red", "unknown": "yellow"}[verdict_of(audit)]
