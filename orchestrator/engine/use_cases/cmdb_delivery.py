"""Tells CMDBs outside what deployments proved. What they were not told is owed, and tried again; no deployment waits for it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from orchestrator.domain.cmdb.outside import OutsideTry, SilentOutside, ToldOutside
from orchestrator.engine.lookup.cmdb_items import known_cis
from orchestrator.engine.ports import Ports
from orchestrator.errors import Conflict, OrchError
from orchestrator.policy.cmdb.owed import Owed, owed_to, states_of

CLAIM = "orch.cmdb."
LONGEST_CLAIM = 100


class Delivered(NamedTuple):
    """What came of telling one CMDB of so many ends; no answer where another process tells it at the moment."""

    name: str
    ends: int
    answer: ToldOutside | SilentOutside | None


def owing(ports: Ports, *, everything: bool = False) -> Sequence[Owed]:
    """What each CMDB outside is owed. Raises PlanFault, StoreFault."""
    places = ports.outside_cmdbs.known()
    if not places:
        return ()
    updates, tries = ports.cmdb.updates(), ports.cmdb.tries()
    return [owed_to(place, updates, tries, everything=everything) for place in places]


def deliver(ports: Ports, *, everything: bool = False, only_due: bool = False) -> Iterator[Delivered]:
    """Tell each CMDB what it is owed: of each host what is known now, so that a late try says nothing old.

    `everything`: also what it was told already. `only_due`: not what failed a moment ago. One that another process tells
    at the moment is not told as well. What was told and not noted, because the process died, is told again and changes nothing.
    Raises PlanFault, StoreFault.
    """
    if not ports.outside_cmdbs.known():
        return
    cis = known_cis(ports).cis
    now = ports.clock.now()
    for owed in owing(ports, everything=everything):
        if not owed.updates or (only_due and not owed.is_due(now)):
            continue
        answer: ToldOutside | SilentOutside | None = None
        try:
            with ports.journal.drive_alone(f"{CLAIM}{owed.place.name}"[:LONGEST_CLAIM]):
                answer = ports.outside_cmdbs.tell(owed.place.name, states_of(owed.updates, cis))
                ports.cmdb.note(_tries(ports, owed, answer))
        except Conflict:
            answer = None
        yield Delivered(owed.place.name, len(owed.updates), answer)


def begin_where_due(ports: Ports) -> None:
    """Begin a process that delivers where something is due. What is wrong is told by `orch cmdb due`, and raised nowhere."""
    try:
        now = ports.clock.now()
        if any(owed.is_due(now) for owed in owing(ports)):
            ports.outside_cmdbs.begin()
    except OrchError:
        return


def _tries(ports: Ports, owed: Owed, answer: ToldOutside | SilentOutside) -> list[OutsideTry]:
    now = ports.clock.now()
    before = owed.last.tries if owed.last is not None else 0
    silent = answer if isinstance(answer, SilentOutside) else None
    return [
        OutsideTry(
            outside=owed.place.name,
            deployment=update.deployment,
            seq=update.seq,
            at=now,
            tries=before + 1,
            code=silent.code if silent is not None else None,
            detail=silent.detail if silent is not None else "",
            wait=silent.wait if silent is not None else 0.0,
        )
        for update in owed.updates
    ]
