"""One configuration item for people, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.cli.views.audit_view import finding_json
from orchestrator.domain.cmdb.ci import Ci
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.cmdb.about import open_incidents, problems_of, relations_to
from orchestrator.policy.cmdb.audited import HostAudited, HostResultAt, newest_audit_of
from orchestrator.policy.evidence.audit_history import AuditHistory
from orchestrator.policy.telling.words.audit_words import newest_audit_words
from orchestrator.policy.telling.words.cmdb_words import (
    change_words,
    ci_lines,
    reference_words,
    relation_to_words,
    relation_words,
)
from orchestrator.policy.telling.words.incident_words import incident_words

MOST = 50
"""Lines of one part; --json has all."""


def ci_text(
    ci: Ci, cis: Sequence[Ci], incidents: Iterable[Incident], history: AuditHistory, at_work: str | None
) -> Iterator[str]:
    """The item in lines of text. `at_work`: the deployment that has it in hand."""
    where = f" in {plain(ci.environment, 60)}" if ci.environment else ""
    yield f"{ci.kind} {plain(ci.name, 120)}{where} ({ci.id})"
    yield from (f"  {line}" for line in ci_lines(ci))
    if at_work is not None:
        yield f"  in hand: {at_work} may be changing it, and the status is of before (orch status {at_work})"
    if ci.kind == "host" and ci.proved_at is not None:
        yield f"  audit: {newest_audit_words(ci, newest_audit_of(ci, history))}"
    yield from _part("relations", [relation_words(each) for each in ci.relations])
    yield from _part("related to it", [relation_to_words(*each) for each in relations_to(ci, cis)])
    yield from _part("changes", [change_words(each) for each in ci.changes])
    yield from _part("problems, known errors and incidents of its changes", _problems(ci))
    yield from _part(
        "open incidents", [plain(incident_words(each), 300) for each in open_incidents(ci, incidents)]
    )


def ci_object(
    ci: Ci, cis: Sequence[Ci], incidents: Iterable[Incident], history: AuditHistory, at_work: str | None
) -> dict[str, object]:
    """The item as JSON, with all of each part."""
    return {
        **ci.model_dump(mode="json"),
        "related": [
            {"type": relation.type, "from": other.id, "name": other.name}
            for other, relation in relations_to(ci, cis)
        ],
        "problems": [
            {**reference.model_dump(mode="json"), "effect": reference.does, "deployment": deployment}
            for reference, deployment in problems_of(ci)
        ],
        "in_hand": at_work,
        "audit": _audit_object(newest_audit_of(ci, history)),
        "open_incidents": [each.model_dump(mode="json") for each in open_incidents(ci, incidents)],
    }


def _audit_object(audited: HostAudited | None) -> dict[str, object] | None:
    if audited is None:
        return None
    compared = audited.compared
    return {
        **_result_object(audited.newest),
        "compared": _result_object(compared) if compared is not None else None,
        "open": [finding_json(each) for each in audited.open],
    }


def _result_object(result: HostResultAt) -> dict[str, object]:
    return {"audit": result.audit, "at": result.at.isoformat(), "result": result.host.result}


def _problems(ci: Ci) -> list[str]:
    return [reference_words(reference, deployment) for reference, deployment in problems_of(ci)]


def _part(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{title}:"
        yield from (f"  {line}" for line in lines[:MOST])
        if len(lines) > MOST:
            yield f"  and {len(lines) - MOST:,} more (--json shows all)"
