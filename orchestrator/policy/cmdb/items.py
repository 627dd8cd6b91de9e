"""The configuration items: a pure fold of what deployments proved and of what people said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from orchestrator.domain.cmdb.ci import Ci, CiChange, CiConflict, CiStatus, KnownValue
from orchestrator.domain.cmdb.facts import CiId, CmdbUpdate
from orchestrator.domain.cmdb.words import (
    RECORDED_STATUSES,
    CiAttribute,
    CiReference,
    CiSource,
    SpokenOfCi,
)
from orchestrator.domain.text.names import as_read
from orchestrator.policy.cmdb.ids import named_id
from orchestrator.policy.cmdb.relations import related
from orchestrator.policy.cmdb.resolved import Proved, Resolved, resolved

PROVED_WINS: tuple[CiAttribute, ...] = ("status", "version", "address")
"""Of the others, what people say counts."""
_THERE: frozenset[CiStatus] = frozenset({"verified", "restored", "differs"})
_CONTRADICTED: Mapping[str, frozenset[CiStatus]] = {
    "planned": _THERE,
    "retired": _THERE,
    "in use": frozenset({"removed", "replaced"}),
}
"""What people may say of the status, and the proved ones that contradict it."""
_REPLACED = "another machine has its name now"


def cis_of(updates: Iterable[CmdbUpdate], spoken: Iterable[SpokenOfCi]) -> tuple[Ci, ...]:
    """Every item, by kind, environment and name. The order of the updates does not matter, that of the words does."""
    facts = _facts(updates)
    stands = {ci: resolved(each) for ci, each in facts.items()}
    items = {ci: _proved(ci, stand, facts[ci]) for ci, stand in stands.items()}
    _mark_replaced(items)
    words = list(spoken)
    statements = Statements(items.values())
    for word in words:
        for ci in statements.add(word):
            items.setdefault(ci.id, ci)
    items = {ci: _with_words(item, statements.of.get(ci, {})) for ci, item in items.items()}
    relations = related(items, stands, words, statements)
    whole = (item.model_copy(update={"relations": relations.get(ci, ())}) for ci, item in items.items())
    return tuple(sorted(whole, key=lambda item: (item.kind, item.environment, item.name, item.id)))


class Statements:
    """What was said last of each attribute of each item."""

    def __init__(self, items: Iterable[Ci]) -> None:
        self.of: dict[CiId, dict[CiAttribute, KnownValue]] = {}
        self._by_id: dict[CiId, Ci] = {}
        self._by_name: dict[tuple[str, str], list[Ci]] = {}
        for item in items:
            self._know(item)

    def _know(self, item: Ci) -> None:
        self._by_id[item.id] = item
        for name in dict.fromkeys(map(as_read, (item.name, *item.names))):
            self._by_name.setdefault((item.kind, name), []).append(item)

    def named(self, reference: CiReference) -> list[Ci]:
        """The items that a reference means: that of its id, else all of its name, or those in the environment it names."""
        if reference.id is not None:
            item = self._by_id.get(reference.id)
            return [] if item is None else [item]
        matching = self._by_name.get((reference.kind, as_read(reference.name)), [])
        return [
            item
            for item in matching
            if not reference.environment or item.environment == reference.environment
        ]

    def add(self, spoken: SpokenOfCi) -> list[Ci]:
        """Add a word; returns the items that it is about, or the one that it makes."""
        word = spoken.word
        items = self.named(word.ci)
        if not items:
            items = [_recorded(word.ci)]
            self._know(items[0])
        for item in items:
            values = self.of.setdefault(item.id, {})
            for attribute, value in word.attributes.items():
                values[attribute] = KnownValue.of_valid(value=value, source=spoken.source)
        return items


def _facts(updates: Iterable[CmdbUpdate]) -> dict[CiId, list[Proved]]:
    facts: dict[CiId, list[Proved]] = {}
    for update in updates:
        for fact in update.facts:
            proved = Proved(fact, update.deployment, update.seq, update.at, update.change)
            facts.setdefault(fact.ci, []).append(proved)
    return facts


def _proved(ci: CiId, stand: Resolved, facts: Sequence[Proved]) -> Ci:
    newest = sorted(facts, key=lambda proved: proved.order, reverse=True)
    last, content = stand.last.fact, stand.content
    known = content.fact if content is not None and content.fact.outcome == "verified" else None
    return Ci.of_valid(
        id=ci,
        kind=last.kind,
        name=last.name,
        names=tuple(dict.fromkeys(proved.fact.name for proved in newest)),
        environment=last.environment,
        status=stand.status,
        reason=stand.reason,
        proved_at=stand.last.at,
        proof=known.proof if known is not None else "",
        sha256=known.sha256 if known is not None else "",
        attributes=_attributes(stand),
        changes=tuple(_change(proved) for proved in newest),
    )


def _attributes(stand: Resolved) -> dict[CiAttribute, KnownValue]:
    last, content = stand.last, stand.content
    values: dict[CiAttribute, KnownValue] = {}
    if content is not None and content.fact.outcome == "verified" and content.fact.version:
        values["version"] = KnownValue.of_valid(value=content.fact.version, source=source_of(content))
    if last.fact.location:
        attribute: CiAttribute = "address" if last.fact.kind == "host" else "location"
        values[attribute] = KnownValue.of_valid(value=last.fact.location, source=source_of(last))
    return values


def source_of(proved: Proved) -> CiSource:
    """The source of what a deployment proved."""
    return CiSource.of_valid(
        kind="deployment",
        at=proved.at,
        by=proved.change.by,
        deployment=proved.deployment,
        seq=proved.seq,
    )


def _change(proved: Proved) -> CiChange:
    return CiChange.of_valid(
        deployment=proved.deployment,
        seq=proved.seq,
        at=proved.at,
        outcome=proved.fact.outcome,
        reason=proved.fact.reason,
        change=proved.change,
    )


def _mark_replaced(items: dict[CiId, Ci]) -> None:
    """Of several machines with one name in one environment the newest has it; what is on the others is not known."""
    newest: dict[tuple[str, str], Ci] = {}
    hosts = [item for item in items.values() if item.kind == "host"]
    for item in sorted(hosts, key=lambda item: (str(item.proved_at), item.id)):
        place = (item.environment, item.name)
        before = newest.get(place)
        newest[place] = item
        if before is not None:
            items[before.id] = before.model_copy(update={"status": "replaced", "reason": _REPLACED})


def _recorded(reference: CiReference) -> Ci:
    environment = reference.environment or ""
    return Ci.of_valid(
        id=reference.id or named_id(reference.kind, environment, reference.name),
        kind=reference.kind,
        name=reference.name,
        names=(reference.name,),
        environment=environment,
        status="recorded",
    )


def _with_words(item: Ci, recorded: Mapping[CiAttribute, KnownValue]) -> Ci:
    """The item with what people say: where both are known, the proof or the word counts, by the kind of the attribute."""
    if not recorded:
        return item
    attributes = dict(item.attributes)
    for attribute, known in recorded.items():
        if (
            attribute != "status"
            and known.value
            and not (attribute in PROVED_WINS and attribute in attributes)
        ):
            attributes[attribute] = known
    changes: dict[str, object] = {
        "attributes": attributes,
        "recorded": dict(recorded),
        "conflicts": tuple(_conflicts(item, recorded)),
    }
    status = recorded.get("status")
    if item.proved_at is None and status is not None and status.value in RECORDED_STATUSES:
        changes["status"] = status.value
    return item.model_copy(update=changes)


def _conflicts(item: Ci, recorded: Mapping[CiAttribute, KnownValue]) -> Iterator[CiConflict]:
    for attribute in PROVED_WINS:
        proved, word = item.attributes.get(attribute), recorded.get(attribute)
        if attribute == "status" and item.changes and word is not None:
            source = _source_of_change(item.changes[0])
            if item.status in _CONTRADICTED.get(word.value, frozenset()):
                proved = KnownValue.of_valid(value=item.status, source=source)
        if proved is not None and word is not None and word.value not in ("", proved.value):
            yield CiConflict.of_valid(attribute=attribute, proved=proved, recorded=word)


def _source_of_change(change: CiChange) -> CiSource:
    return CiSource.of_valid(
        kind="deployment", at=change.at, by=change.change.by, deployment=change.deployment, seq=change.seq
    )
