"""The CMDB made anew from the journals, and what people say of configuration items put on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from orchestrator.domain.cmdb.facts import CmdbUpdate
from orchestrator.domain.cmdb.words import CiWord
from orchestrator.domain.journal.events import HOUSE, CisRecorded
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.cmdb_items import all_updates
from orchestrator.engine.ports import Ports
from orchestrator.engine.speaking import speak_about
from orchestrator.errors import StoreFault

AT_ONCE = 500
"""Words in one event."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many ends of deployments the CMDB follows from, and those of which the store had something else, or nothing."""

    updates: int
    differing: tuple[str, ...]
    unreadable: tuple[str, ...]


def rebuild(ports: Ports) -> Rebuilt:
    """Make the CMDB in the store anew from all journals. A deployment that cannot be read is left out. Raises StoreFault."""
    made, unreadable = all_updates(ports.journal)
    try:
        stored = {(each.deployment, each.seq): each for each in ports.cmdb.updates()}
    except StoreFault:
        stored = {}
    wanted = {(each.deployment, each.seq): each for each in made}
    differing = sorted(
        f"{name} (event {seq})"
        for name, seq in wanted.keys() | stored.keys()
        if _facts(wanted.get((name, seq))) != _facts(stored.get((name, seq)))
    )
    ports.cmdb.replace(made)
    return Rebuilt(len(made), tuple(differing), tuple(unreadable))


def _facts(update: CmdbUpdate | None) -> object:
    """An update, whatever the order of its facts."""
    if update is None:
        return None
    return update.at, update.change, {fact.ci: fact for fact in update.facts}


def record_words(
    ports: Ports,
    words: Sequence[CiWord],
    *,
    source: Literal["import", "person", "outside"],
    place: str,
    by: str,
) -> None:
    """Put on the house's journal what is said of configuration items; signed where the house trusts keys.

    Raises Refused, Conflict.
    """
    events = [
        CisRecorded(words=tuple(words[start : start + AT_ONCE]), source=source, place=place, by=by)
        for start in range(0, len(words), AT_ONCE)
    ]
    if events:
        append_to_house(ports.journal, *(speak_about(ports, event, "cmdb", HOUSE, None) for event in events))
