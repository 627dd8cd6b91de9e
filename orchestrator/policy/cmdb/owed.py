"""What CMDBs outside are owed: each end of a deployment that they were not told of. It is derived, and never noted as such."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from orchestrator.domain.cmdb.ci import Ci
from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.cmdb.outside import HostState, OutsidePlace, OutsideTry

AGAIN = tuple(timedelta(minutes=each) for each in (1, 2, 5, 15, 60))
"""How long after each failed try the next one is; the last counts for all that follow."""


class Owed(NamedTuple):
    """What one CMDB is owed: updates that it was not told of, and the newest try of any of these."""

    place: OutsidePlace
    updates: tuple[CmdbUpdate, ...]
    last: OutsideTry | None

    @property
    def due(self) -> datetime | None:
        """When it is to be tried again; None: at once."""
        if self.last is None:
            return None
        pause = AGAIN[min(self.last.tries, len(AGAIN)) - 1]
        return self.last.at + max(pause, timedelta(seconds=self.last.wait))

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be tried now: something is owed that was never tried, or the pause is over."""
        untried = self.last is None or any(each.at > self.last.at for each in self.updates)
        rests = self.last is not None and now < self.last.at + timedelta(seconds=self.last.wait)
        return bool(self.updates) and not rests and (untried or self.due is None or self.due <= now)


def owed_to(
    place: OutsidePlace,
    updates: Iterable[CmdbUpdate],
    tries: Iterable[OutsideTry],
    *,
    everything: bool = False,
) -> Owed:
    """What a CMDB is owed; with `everything` all that it was told of as well."""
    known: Mapping[tuple[str, int], OutsideTry] = {
        (each.deployment, each.seq): each for each in tries if each.outside == place.name
    }
    wanted = [each for each in updates if place.wants(each.change.environment)]
    owing = tuple(
        each
        for each in wanted
        if everything or (tried := known.get((each.deployment, each.seq))) is None or tried.code is not None
    )
    failed = [known[key] for key in ((each.deployment, each.seq) for each in owing) if key in known]
    last = max((each for each in failed if each.code is not None), key=lambda each: each.at, default=None)
    return Owed(place, owing, last)


def states_of(updates: Iterable[CmdbUpdate], cis: Iterable[Ci]) -> tuple[HostState, ...]:
    """The hosts of these updates as they are now, with the units on them. Of machines of one name the present one counts."""
    items = {ci.id: ci for ci in cis}
    wanted = {fact.ci for update in updates for fact in update.facts if fact.kind == "host"}
    units: dict[str, list[Ci]] = {}
    for ci in items.values():
        if ci.kind == "unit":
            for relation in ci.relations:
                if relation.type == "runs_on":
                    units.setdefault(relation.to, []).append(ci)
    hosts = (items[ci] for ci in sorted(wanted) if ci in items)
    return tuple(
        HostState(host, tuple(units.get(host.id, ()))) for host in hosts if host.status != "replaced"
    )
