"""Whether a plan fits the zones of its hosts: which they are, a run has one zone, and nodes do what it asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from orchestrator.domain.plan.inspection import Inspection
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target, selected
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.text.selection import Selection, selection_words, selects

_MOST = 3


def in_zones(zones: Mapping[str, Selection], targets: Iterable[Target]) -> tuple[Target, ...]:
    """The targets, each in the zone that the plan has for it; where the inventory says a zone, that one stays."""
    return tuple(
        target if target.zone else target.model_copy(update={"zone": next(_zones_of(zones, target), "")})
        for target in targets
    )


def inspected_in_zones(plan: ReleasePlan, inspection: Inspection) -> Inspection:
    """What Ansible says of the hosts, with the zones of the plan."""
    zones = plan.resources.zones
    if not zones:
        return inspection
    update = {"targets": in_zones(zones, inspection.targets), "beside": in_zones(zones, inspection.beside)}
    return inspection.model_copy(update=update)


def about_named_zones(plan: ReleasePlan, inspection: Inspection) -> Iterator[Objection]:
    """Zones of the plan that have no host, share one, or are others than the inventory says. `inspection`: as Ansible says."""
    zones, hosts = plan.resources.zones, (*inspection.targets, *inspection.beside)
    if not hosts:
        return
    for zone, selection in zones.items():
        there = selected(selection, hosts)
        if not there:
            known = ", ".join(dict.fromkeys(group for target in hosts for group in target.groups)) or "none"
            yield Objection(
                f"resources.zones.{zone}",
                "hosts of the deployment",
                f"`{selection_words(selection)}`, which is none of them",
                f"name a host, or one of their groups ({known})",
            )
        otherwise = [target for target in there if target.zone not in ("", zone)]
        if otherwise:
            yield Objection(
                f"resources.zones.{zone}",
                "the zone that the inventory says, where it says one",
                _named(f"{target.host} in {target.zone} (orch_zone)" for target in otherwise),
                "a host stands in one network: correct the plan or the inventory",
            )
    shared = [(target.host, tuple(_zones_of(zones, target))) for target in hosts]
    twice = [f"{host} in {' and '.join(of_host)}" for host, of_host in shared if len(of_host) > 1]
    if twice:
        yield Objection(
            "resources.zones",
            "each host in one zone",
            _named(twice),
            "leave it out of all but one, as in `web:!web3`",
        )


def about_zones(plan: ReleasePlan, targets: Sequence[Target], waves: Iterable[Wave]) -> Iterator[Objection]:
    """Waves over several zones; and, where hosts are in a zone, what nodes cannot do."""
    zones = {target.host: target.zone for target in targets}
    if not any(zones.values()):
        return
    for wave in waves:
        among = dict.fromkeys(zones.get(host, "") for host in wave.hosts)
        if len(among) > 1:
            named = ", ".join(sorted(zone or "no zone" for zone in among))
            yield Objection(
                "strategy",
                "hosts of one zone in each wave",
                f"wave {wave.name} over {named} (resources.zones, and orch_zone of the inventory)",
                "give each zone waves or stages of its own",
            )
    yield from _not_by_nodes(plan, targets)


def _zones_of(zones: Mapping[str, Selection], target: Target) -> Iterator[str]:
    return (zone for zone, selection in zones.items() if selects(selection, target.host, target.groups))


def _named(words: Iterable[str]) -> str:
    listed = list(words)
    more = len(listed) - _MOST
    return ", ".join(listed[:_MOST]) + (f", and {more} more" if more > 0 else "")


def _not_by_nodes(plan: ReleasePlan, targets: Sequence[Target]) -> Iterator[Objection]:
    if plan.resources.outputs:
        yield Objection(
            "resources.outputs",
            "runs that leave nothing for people, for hosts of a zone",
            ", ".join(plan.resources.outputs[:_MOST]),
            "remove it: what a run leaves stays on its node, and is removed there",
        )
    others = [target.host for target in targets if target.zone and target.through is not None]
    if others:
        yield Objection(
            "resources.inventory",
            "hosts with ssh in a zone",
            f"{_named(others)} without ssh",
            "take them out of the zone: nodes visit hosts over ssh only",
        )
