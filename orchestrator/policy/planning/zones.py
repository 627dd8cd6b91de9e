"""Whether a plan fits zones: the hosts of a run are one zone's, and nothing is asked that its nodes cannot do."""

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Wave

_MOST = 3


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
                f"wave {wave.name} over {named} (orch_zone of the inventory)",
                "give each zone waves or stages of its own",
            )
    yield from _not_by_nodes(plan, targets)


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
            f"{', '.join(others[:_MOST])} without ssh",
            "take orch_zone off them: nodes visit hosts over ssh only",
        )
