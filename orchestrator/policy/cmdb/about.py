"""What is asked of one configuration item beside its attributes: problems, incidents, and who relates to it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from orchestrator.domain.cmdb.ci import Ci, CiRelation
from orchestrator.domain.cmdb.facts import CiKind
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.plan.reference import Reference
from orchestrator.domain.text.names import is_among, same_name


class Asked(NamedTuple):
    """Which items are wanted; None asks for any. `service`: the service itself, and what is part of it or runs it."""

    kind: CiKind | None = None
    service: str | None = None
    environment: str | None = None
    status: str | None = None


def wanted(cis: Iterable[Ci], asked: Asked) -> tuple[Ci, ...]:
    """The items that were asked for, in their order."""
    every = tuple(cis)
    of_service = None if asked.service is None else _of_service(every, asked.service)
    return tuple(
        ci
        for ci in every
        if asked.kind in (None, ci.kind)
        and (asked.environment is None or same_name(asked.environment, ci.environment))
        and asked.status in (None, ci.status)
        and (of_service is None or ci.id in of_service)
    )


def without_units(cis: Iterable[Ci]) -> tuple[Ci, ...]:
    """The items of one name that a person means by it: units only where nothing else has the name."""
    every = tuple(cis)
    return tuple(ci for ci in every if ci.kind != "unit") or every


def _of_service(cis: tuple[Ci, ...], name: str) -> set[str]:
    services = {ci.id for ci in cis if ci.kind == "service" and name in (ci.id, ci.name)}
    services |= {ci.id for ci in cis if ci.kind == "service" and same_name(name, ci.name)}
    parts = [ci for ci in cis if any(r.type == "part_of" and r.to in services for r in ci.relations)]
    hosts = {r.to for part in parts for r in part.relations if r.type == "runs_on"}
    hosts |= {r.to for ci in cis if ci.id in services for r in ci.relations if r.type == "runs_on"}
    return services | hosts | {part.id for part in parts}


def relations_to(ci: Ci, cis: Iterable[Ci]) -> Iterator[tuple[Ci, CiRelation]]:
    """The relations that other items have to this one."""
    return ((other, relation) for other in cis for relation in other.relations if relation.to == ci.id)


def problems_of(ci: Ci) -> Iterator[tuple[Reference, str]]:
    """Problems, known errors and incidents that its changes refer to, each with the newest deployment that does."""
    seen: set[tuple[str, str]] = set()
    for change in ci.changes:
        for reference in change.change.references:
            key = (reference.kind, reference.id)
            if reference.kind != "request for change" and key not in seen:
                seen.add(key)
                yield reference, change.deployment


def open_incidents(ci: Ci, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Incidents that are open and name this item."""
    names = (ci.name, *ci.names)

    def concerns(incident: Incident) -> bool:
        if ci.kind == "host" and any(is_among(host, names) for host in incident.hosts):
            return True
        if ci.kind == "service" and incident.service is not None and is_among(incident.service, names):
            return True
        return any(is_among(name, (ci.id, *names)) for name in incident.cis)

    return tuple(each for each in incidents if each.closed is None and concerns(each))


def dependencies_of(cis: Iterable[Ci]) -> dict[str, tuple[str, ...]]:
    """What each service depends on, by name."""
    needs: dict[str, dict[str, None]] = {}
    for ci in cis:
        names = [each.name for each in ci.relations if each.type == "depends_on"]
        if ci.kind == "service" and names:
            needs.setdefault(ci.name, {}).update(dict.fromkeys(names))
    return {service: tuple(names) for service, names in needs.items()}
