"""The relations between configuration items: those that deployments show, and those that people state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from orchestrator.domain.cmdb.ci import Ci, CiRelation
from orchestrator.domain.cmdb.facts import CI_KINDS, CiId, CiKind, RelationType
from orchestrator.domain.cmdb.words import CiReference, CiSource, SpokenOfCi
from orchestrator.domain.text.names import as_read
from orchestrator.policy.cmdb.resolved import Resolved

_Place = tuple[RelationType, str]
"""A relation of an item: its type, and the id or the name that it is to."""
_THERE = frozenset({"verified", "restored", "differs", "not known"})


class Named(Protocol):
    """Finds the items that a reference means."""

    def named(self, reference: CiReference) -> list[Ci]: ...


def related(
    items: Mapping[CiId, Ci], stands: Mapping[CiId, Resolved], spoken: Iterable[SpokenOfCi], names: Named
) -> dict[CiId, tuple[CiRelation, ...]]:
    """The relations of each item, in a fixed order. What a person states or ends counts beside what a plan says."""
    by_service = _services(items)
    relations: dict[CiId, dict[_Place, CiRelation]] = {}
    for ci, stand in stands.items():
        if items[ci].status in _THERE:
            relations[ci] = {(each.type, each.to): each for each in _shown(stand, items, by_service)}
    for word in spoken:
        for item in names.named(word.word.ci):
            _state(relations.setdefault(item.id, {}), item, word, names)
    return {ci: tuple(each for _, each in sorted(own.items())) for ci, own in relations.items()}


def _services(items: Mapping[CiId, Ci]) -> dict[str, list[Ci]]:
    services: dict[str, list[Ci]] = {}
    for item in items.values():
        if item.kind == "service":
            services.setdefault(item.environment, []).append(item)
    return services


def _shown(
    stand: Resolved, items: Mapping[CiId, Ci], services: Mapping[str, list[Ci]]
) -> Iterator[CiRelation]:
    """Those of the fact that says what the item is; where nothing is known of that, the machine that it is on."""
    content = stand.content or stand.last
    source = CiSource.of_valid(
        kind="deployment",
        at=content.at,
        by=content.change.by,
        deployment=content.deployment,
        seq=content.seq,
    )
    for relation in content.fact.relations:
        if stand.content is None and relation.type != "runs_on":
            continue
        to = items.get(relation.to) or _needed(relation.name, services.get(content.fact.environment, []))
        yield CiRelation.of_valid(
            type=relation.type,
            kind=to.kind if to is not None else _kind(relation.to),
            to=to.id if to is not None else relation.name or relation.to,
            name=to.name if to is not None else relation.name,
            known=to is not None,
            source=source,
        )


def _kind(ci: CiId) -> CiKind:
    kind = ci.partition(":")[0]
    return next((each for each in CI_KINDS if each == kind), "item")


def _needed(text: str, services: Iterable[Ci]) -> Ci | None:
    """The service that a text such as `payments 7 or newer` begins with; the longest name counts."""
    read = as_read(text)
    beginning = [service for service in services if read.startswith(f"{as_read(service.name)} ")]
    return max(beginning, key=lambda service: len(service.name), default=None)


def _state(relations: dict[_Place, CiRelation], item: Ci, spoken: SpokenOfCi, names: Named) -> None:
    for stated in spoken.word.relations:
        others = [other for other in names.named(stated.to) if _reaches(item, other, stated.to)]
        named = (stated.to.id or stated.to.name, stated.to.name, False)
        ends = [(other.id, other.name, True) for other in others] or [named]
        for to, name, known in ends:
            if stated.ended:
                _end(relations, (stated.type, to), spoken.source)
                continue
            relations[stated.type, to] = CiRelation.of_valid(
                type=stated.type, kind=stated.to.kind, to=to, name=name, known=known, source=spoken.source
            )


def _end(relations: dict[_Place, CiRelation], place: _Place, source: CiSource) -> None:
    """A plan that was deployed after it was said says it anew."""
    known = relations.get(place)
    if known is not None and not (known.source.kind == "deployment" and known.source.at > source.at):
        del relations[place]


def _reaches(item: Ci, other: Ci, reference: CiReference) -> bool:
    """A reference without an environment means what is in the item's own one, where both have one."""
    if reference.environment or reference.id:
        return True
    return not item.environment or not other.environment or item.environment == other.environment
