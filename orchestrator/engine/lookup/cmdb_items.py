"""Looks up configuration items: what the store has of deployments, and what the journal of the house has of people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.domain.cmdb.ci import Ci
from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.cmdb.words import CiSource, SpokenOfCi
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.events import HOUSE, CisRecorded
from orchestrator.domain.journal.lifecycle import ENDS_ON_HOSTS, LifecycleFault
from orchestrator.domain.text.names import as_read
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.cmdb_ports import EndOnRecord
from orchestrator.engine.ports import Journal, Ports
from orchestrator.errors import NotFound, StoreFault
from orchestrator.policy.cmdb.about import dependencies_of, without_units
from orchestrator.policy.cmdb.items import cis_of
from orchestrator.policy.cmdb.update import learnt

_FOLDING = (LifecycleFault, LookupError, ValueError, TypeError, AttributeError, StopIteration)
"""What folding a damaged journal raises."""


@dataclass(frozen=True, slots=True)
class KnownCis:
    """Every item. `filled`: ends that only this look wrote to the store. `unreadable`: why others could not be."""

    cis: tuple[Ci, ...]
    filled: int = 0
    unreadable: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str) -> tuple[Ci, ...]:
        """The items with this id, or with this name to a reader."""
        read = as_read(name)
        exact = tuple(ci for ci in self.cis if ci.id == name)
        return exact or tuple(ci for ci in self.cis if read in map(as_read, (ci.name, *ci.names)))


def known_cis(ports: Ports) -> KnownCis:
    """Every configuration item. What an earlier version did not write to the store is written now. Raises StoreFault."""
    lacking = ports.cmdb.lacking()
    made, unreadable = updates_of(ports.journal, lacking)
    if made:
        ports.cmdb.add(made)
    return KnownCis(cis_of(ports.cmdb.updates(), spoken(ports.journal)), len(made), unreadable)


def ci_named(known: KnownCis, name: str) -> Ci:
    """The only item of this name; the units of a service often have its name, and are not meant. Raises NotFound."""
    matching = without_units(known.named(name))
    if len(matching) == 1:
        return matching[0]
    if matching:
        ids = ", ".join(ci.id for ci in matching[:8])
        raise NotFound(
            f"{plain(name, 80)} is {len(matching)} configuration items; name one by its id: {ids}."
        )
    raise NotFound(
        f"The CMDB has no configuration item {plain(name, 80)}; orch cmdb list names those there are."
    )


def service_needs(ports: Ports) -> Mapping[str, Sequence[str]]:
    """What each service depends on, as deployments and people say. Where the store is damaged, as people say alone."""
    try:
        updates = ports.cmdb.updates(kind="service")
    except StoreFault:
        updates = ()
    of_services = (each for each in spoken(ports.journal) if each.word.ci.kind == "service")
    return dependencies_of(cis_of(updates, of_services))


def spoken(journal: Journal) -> Iterator[SpokenOfCi]:
    """What people and other tools said, in its order."""
    for record in journal.read(HOUSE):
        event = record.event
        if isinstance(event, CisRecorded):
            source = CiSource.of_valid(kind=event.source, at=record.at, by=event.by, place=event.place)
            for word in event.words:
                yield SpokenOfCi.of_valid(word=word, source=source)


def updates_of(
    journal: Journal, ends: Iterable[EndOnRecord]
) -> tuple[Sequence[CmdbUpdate], Mapping[str, str]]:
    """The updates that follow from these ends; and the reason, by deployment, where a journal cannot be read."""
    wanted: dict[str, set[int]] = {}
    for name, seq in ends:
        wanted.setdefault(name, set()).add(seq)
    updates: list[CmdbUpdate] = []
    unreadable: dict[str, str] = {}
    for name, numbers in wanted.items():
        try:
            updates += [update for update in _of_journal(journal, name) if update.seq in numbers]
        except StoreFault as fault:
            unreadable[name] = str(fault)
        except _FOLDING as fault:
            unreadable[name] = f"an event does not follow from those before it: {plain(str(fault), 200)}"
    return updates, unreadable


def all_updates(journal: Journal) -> tuple[Sequence[CmdbUpdate], Mapping[str, str]]:
    """The updates that follow from all journals, by deployment and number."""
    ends = (
        EndOnRecord(name, number)
        for name in sorted(journal.deployments())
        for number, row in enumerate(journal.read_raw(name), 1)
        if row.kind in ENDS_ON_HOSTS
    )
    return updates_of(journal, ends)


def _of_journal(journal: Journal, name: str) -> Iterator[CmdbUpdate]:
    d: Deployment | None = None
    for record in journal.read(name):
        d = apply(d, record)
        yield from learnt(d, record)
