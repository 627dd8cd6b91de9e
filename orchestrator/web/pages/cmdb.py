"""Configuration items: a list with search, one item with its history and relations, audits, and what was found to differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orchestrator.domain.authority.access import Place
from orchestrator.domain.cmdb.ci import CI_STATUSES
from orchestrator.domain.cmdb.facts import CI_KINDS
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.text.names import same_name
from orchestrator.engine.lookup.due_audits import audits_due
from orchestrator.engine.lookup.known_incidents import known_incidents
from orchestrator.engine.lookup.snapshots import briefs as all_briefs
from orchestrator.policy.cmdb.about import open_incidents, problems_of, relations_to
from orchestrator.policy.cmdb.audited import newest_audit_of
from orchestrator.policy.evidence.audit_history import history_of
from orchestrator.policy.telling.words.audit_words import (
    accept_command,
    finding_words,
    host_words,
    newest_audit_words,
    owed_words,
    summary_of,
)
from orchestrator.policy.telling.words.cmdb_words import conflict_words, reference_words, source_words
from orchestrator.policy.telling.words.incident_words import incident_words
from orchestrator.web.pages.list_rows import given, page_of_list
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.seen import seen_by
from orchestrator.web.templating import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from orchestrator.domain.cmdb.ci import Ci, CiRelation
    from orchestrator.policy.evidence.audit_history import Audit, KnownFinding
    from orchestrator.web.request_context import Asked

FILTERS = ("text", "kind", "environment", "status")
MOST = 100
"""Lines of one part of an item; `orch cmdb show` has all."""
AUDITS = 50


class SeenCis(NamedTuple):
    """The items that may be seen, by id, and the ids of the deployments that may be."""

    cis: Mapping[str, Ci]
    deployments: frozenset[str]


class RelationRow(NamedTuple):
    """A relation as one end has it; `to` is an id, empty for what is not in the CMDB or may not be seen."""

    words: str
    name: str
    to: str
    source: str


def _list(asked: Asked) -> Response:
    seen, filters = seen_cis(asked), given(asked, FILTERS)
    chosen = [ci for ci in seen.cis.values() if _passes(ci, filters)]
    shown, pages = page_of_list(asked, chosen, filters)
    now = asked.ports.clock.now()
    return page(
        "cmdb.html.j2",
        request=asked.request,
        asked=asked,
        rows=[(ci, _host_of(ci)) for ci in shown],
        pages=pages,
        filters=filters,
        filtered=any(filters.values()),
        number=len(chosen),
        of=len(seen.cis),
        kinds=CI_KINDS,
        statuses=CI_STATUSES,
        environments=sorted({ci.environment for ci in seen.cis.values() if ci.environment}),
        owed=[
            owed_words(each.environment, each.due, each.fault)
            for each in audits_due(asked.ports, now)
            if asked.may("see", Place(environment=each.environment))
        ],
    )


def seen_cis(asked: Asked) -> SeenCis:
    """An item is seen with its environment, or by whoever may see a deployment that changed it, or a part of it.

    A service by its name; a unit and a host that only other services use stay unseen.
    """
    known = asked.service.memory.cis.now(asked.ports).cis
    mine = frozenset(brief.id for brief in seen_by(asked, all_briefs(asked.ports.journal)))
    shown = {ci.id: ci for ci in known if _seen(asked, ci, mine)}
    return SeenCis(shown, mine)


def _seen(asked: Asked, ci: Ci, deployments: frozenset[str]) -> bool:
    service = ci.name if ci.kind == "service" else None
    place = Place(service=service, environment=ci.environment or None)
    return asked.may("see", place) or any(change.deployment in deployments for change in ci.changes)


def _item(asked: Asked) -> Response:
    seen, ports = seen_cis(asked), asked.ports
    ci = seen.cis.get(asked.request.path_params["item"])
    if ci is None:
        raise Problem(404, "not_found", "There is no such configuration item, or you may not see it.")
    history = history_of(ports.journal.read(HOUSE))
    changes = [change for change in ci.changes if change.deployment in seen.deployments]
    audited = newest_audit_of(ci, history)
    return page(
        "cmdb_item.html.j2",
        request=asked.request,
        asked=asked,
        ci=ci,
        attributes=[(name, known.value, source_words(known.source)) for name, known in ci.attributes.items()],
        others=[name for name in ci.names if name != ci.name],
        conflicts=[conflict_words(each) for each in ci.conflicts],
        relations=[_own(relation, seen.cis) for relation in ci.relations][:MOST],
        related=[_others(*each) for each in relations_to(ci, seen.cis.values())][:MOST],
        changes=changes[:MOST],
        more_changes=max(0, len(changes) - MOST),
        problems=[
            reference_words(reference, deployment)
            for reference, deployment in problems_of(ci)
            if deployment in seen.deployments
        ],
        incidents=[
            incident_words(each) for each in open_incidents(ci, known_incidents(ports.journal).values())
        ],
        audit=newest_audit_words(ci, audited) if ci.kind == "host" else "",
        findings=[_finding(each) for each in audited.open] if audited is not None else [],
    )


def _own(relation: CiRelation, cis: Mapping[str, Ci]) -> RelationRow:
    there = relation.to if relation.to in cis else ""
    return RelationRow(
        relation.type.replace("_", " "), relation.name or relation.to, there, source_words(relation.source)
    )


def _others(other: Ci, relation: CiRelation) -> RelationRow:
    words = {"runs_on": "has on it", "part_of": "consists of", "depends_on": "needed by"}
    return RelationRow(
        words.get(relation.type, "connected to"), other.name, other.id, source_words(relation.source)
    )


def _finding(known: KnownFinding) -> tuple[str, str]:
    return finding_words(known.finding), accept_command(known.host, known.environment, known.finding)


def _audits(asked: Asked) -> Response:
    history = history_of(asked.ports.journal.read(HOUSE))
    audits = [each for each in reversed(history.audits.values()) if _sees_audit(asked, each)]
    shown, pages = page_of_list(asked, audits, {}, AUDITS)
    return page(
        "cmdb_audits.html.j2",
        request=asked.request,
        asked=asked,
        audits=[(each, summary_of(each)) for each in shown],
        pages=pages,
        findings=[
            (known, *_finding(known))
            for known in history.open.values()
            if asked.may("see", Place(environment=known.environment))
        ],
    )


def _audit(asked: Asked) -> Response:
    name = asked.request.path_params["audit"]
    audit = history_of(asked.ports.journal.read(HOUSE)).audits.get(name)
    if audit is None or not _sees_audit(asked, audit):
        raise Problem(404, "not_found", "There is no such audit, or you may not see it.")
    return page(
        "cmdb_audit.html.j2",
        request=asked.request,
        asked=asked,
        audit=audit,
        summary=summary_of(audit),
        hosts=[(host_words(host), [finding_words(each) for each in host.findings]) for host in audit.hosts],
    )


def _sees_audit(asked: Asked, audit: Audit) -> bool:
    """An audit is about hosts of environments, whatever service is on them; without one it is about all."""
    places = [Place(environment=environment) for environment in audit.environments] or [Place()]
    return all(asked.may("see", place) for place in places)


def _passes(ci: Ci, filters: Mapping[str, str]) -> bool:
    text = filters["text"].casefold()
    words = (ci.id, ci.name, *ci.names, *(known.value for known in ci.attributes.values()))
    return (
        filters["kind"] in {"", ci.kind}
        and filters["status"] in {"", ci.status}
        and (not filters["environment"] or same_name(filters["environment"], ci.environment))
        and (not text or any(text in word.casefold() for word in words))
    )


def _host_of(ci: Ci) -> str:
    """The host that a unit runs on."""
    if ci.kind != "unit":
        return ""
    return next((each.name for each in ci.relations if each.type == "runs_on"), "")


ROUTES = (
    Route("GET", "/cmdb", "see", _list),
    Route("GET", "/cmdb/audits", "see", _audits),
    Route("GET", "/cmdb/audits/{audit}", "see", _audit),
    Route("GET", "/cmdb/items/{item:path}", "see", _item),
)
