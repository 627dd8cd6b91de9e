"""Configuration items in words."""

from collections.abc import Iterator

from orchestrator.domain.cmdb.ci import Ci, CiChange, CiConflict, CiRelation
from orchestrator.domain.cmdb.outside import SilentOutside, ToldOutside
from orchestrator.domain.cmdb.words import CI_ATTRIBUTES, CiSource
from orchestrator.domain.plan.reference import Reference
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain

SHOWN = 300
_RELATIONS = {
    "runs_on": ("runs on", "has on it"),
    "part_of": ("part of", "consists of"),
    "depends_on": ("depends on", "needed by"),
    "connected_to": ("connected to", "connected to"),
}


def source_words(source: CiSource) -> str:
    """Such as `proved by shop-2.4.0, 2026-03-02 22:10 UTC`, or `cis.csv, by Ada Berg, 2026-03-01 09:00 UTC`."""
    at = f"{source.at:%Y-%m-%d %H:%M} UTC"
    if source.deployment is not None:
        return f"proved by {source.deployment} (event {source.seq}), {at}"
    place = f"{plain(source.place, 120)}, " if source.place else ""
    return f"{place}by {plain(source.by, 80)}, {at}"


def ci_lines(ci: Ci) -> Iterator[str]:
    """What is known of the item itself, a line each."""
    reason = f" ({plain(ci.reason, SHOWN)})" if ci.reason else ""
    proof = f", by {ci.proof}" if ci.proof else ""
    since = f", {ci.changes[0].at:%Y-%m-%d %H:%M} UTC{proof}" if ci.changes else ""
    yield f"status: {ci.status}{reason}{since}"
    for attribute in CI_ATTRIBUTES:
        known = ci.attributes.get(attribute)
        if known is not None:
            yield f"{attribute}: {plain(known.value, SHOWN)}   [{source_words(known.source)}]"
    if ci.sha256:
        yield f"sha256: {ci.sha256}"
    others = [name for name in ci.names if name != ci.name]
    if others:
        yield f"other names: {plain(', '.join(others), SHOWN)}"
    for conflict in ci.conflicts:
        yield conflict_words(conflict)


def conflict_words(conflict: CiConflict) -> str:
    """What is recorded beside what is proved."""
    proved, recorded = conflict.proved, conflict.recorded
    return (
        f"conflict: {conflict.attribute} is {plain(proved.value, 100)} [{source_words(proved.source)}], and recorded is "
        f"{plain(recorded.value, 100)} [{source_words(recorded.source)}]; the proof counts"
    )


def relation_words(relation: CiRelation) -> str:
    """Such as `depends on pay (service:live:pay)`."""
    to = plain(relation.to, 200)
    name = (
        f"{plain(relation.name, 120)} ({to})"
        if relation.known
        else f"{plain(relation.name or to, 120)} (not in the CMDB)"
    )
    return f"{_RELATIONS[relation.type][0]} {name}   [{source_words(relation.source)}]"


def relation_to_words(other: Ci, relation: CiRelation) -> str:
    """The same relation as the other end has it, such as `has on it shop 2.4.0, verified (unit:4c1f:shop)`."""
    version = f" {plain(other.value('version'), 60)}" if other.value("version") else ""
    return f"{_RELATIONS[relation.type][1]} {plain(other.name, 120)}{version}, {other.status} ({other.id})"


def change_words(change: CiChange) -> str:
    """Such as `2026-03-02 22:10 UTC  shop 2.4.0 by shop-2.4.0: verified (RFC-7)`."""
    made = change.change
    requests = [each.id for each in made.references if each.kind == "request for change"]
    rfcs = f"; {plain(', '.join(requests), 120)}" if requests else ""
    rehearsal = ", a rehearsal" if made.rehearsal else ""
    reason = f" ({plain(change.reason, 160)})" if change.reason else ""
    return (
        f"{change.at:%Y-%m-%d %H:%M} UTC  {plain(made.release, 80)} {plain(made.version, 60)} by {change.deployment}: "
        f"{made.state}{rehearsal}; {change.outcome}{reason}{rfcs}"
    )


def reference_words(reference: Reference, deployment: str) -> str:
    """Such as `problem PRB-3 (queue fills up): resolves, by shop-2.4.0`."""
    title = f" ({plain(reference.title, 120)})" if reference.title else ""
    return f"{reference.kind} {plain(reference.id, 80)}{title}: {reference.does}, by {deployment}"


def delivered_words(answer: ToldOutside | SilentOutside | None) -> tuple[str, bool]:
    """What came of telling a CMDB outside, and whether it was told."""
    if answer is None:
        return "another process tells it at the moment (orch cmdb due)", False
    if isinstance(answer, SilentOutside):
        wait = f"; it asks to be left alone for {answer.wait:g} s" if answer.wait else ""
        return f"not told ({answer.code}): {plain(answer.detail, SHOWN)}{wait}", False
    names = ", ".join(answer.missing[:5]) + (", ..." if len(answer.missing) > 5 else "")
    missing = f"; it does not have, or has several times: {plain(names, SHOWN)}" if answer.missing else ""
    return (
        f"told of {counted(answer.known, 'host')}, {answer.changed:,} of which it had otherwise{missing}",
        True,
    )
