"""The machines that deployments have touched, what is recorded of each, and which a deployment has in hand now."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.events import BackoutCompared, RestorationCompared
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, TAKEN_BACK
from orchestrator.engine.lookup.snapshots import each_of, survey
from orchestrator.engine.ports import Journal, Ports
from orchestrator.policy.calendar.bookings import own_machines
from orchestrator.policy.evidence.recorded_state import RecordedMachine, RecordedState, machines_of, states_of


class Records:
    """What is on record: the machines, the deployments that say so, and those that cannot be read (reason by id)."""

    def __init__(self, journal: Journal) -> None:
        surveyed = survey(journal)
        self.unreadable = dict(surveyed.unreadable)
        self.deployments: dict[str, Deployment] = {}
        names = [brief.id for brief in surveyed.briefs if brief.over and brief.state not in NEVER_TOUCHED]
        states: list[RecordedState] = []
        for name, d in each_of(journal, names):
            if isinstance(d, Deployment):
                states += states_of(d, _restored(journal, d))
                self.deployments[name] = d
            else:
                self.unreadable[name] = str(d)
        self.machines: tuple[RecordedMachine, ...] = machines_of(states)


def _restored(journal: Journal, d: Deployment) -> Mapping[str, BaselineReference]:
    """The newest capture of each host after a backout. The fold has none of them, so the journal is read where it matters."""
    if d.state not in TAKEN_BACK:
        return {}
    captures: dict[str, BaselineReference] = {}
    for record in journal.read(d.id):
        match record.event:
            case RestorationCompared(baselines=baselines) | BackoutCompared(equal=baselines):
                captures |= {reference.host: reference for reference in baselines}
            case _:
                pass
    return captures


def in_hand(ports: Ports, since: datetime) -> dict[str, str]:
    """The deployment by machine, of every machine that one has in hand now, or has had since a moment.

    A lock counts, and so does a host of a deployment that may have touched something and is not over.
    """
    held = {lock.machine: lock.deployment for lock in ports.locks.held()}
    briefs = [brief for brief in survey(ports.journal).briefs if _may_be_at_work(brief, since)]
    for name, d in each_of(ports.journal, [brief.id for brief in briefs]):
        if isinstance(d, Deployment):
            held |= dict.fromkeys(_machines(d, since), name)
    return held


def _may_be_at_work(brief: Brief, since: datetime) -> bool:
    if not brief.over:
        return brief.opened_at is not None
    return brief.state not in NEVER_TOUCHED and brief.last_at > since


def _machines(d: Deployment, since: datetime) -> Iterator[str]:
    ended_since = d.over and d.ended_at is not None and d.ended_at > since
    if d.touched or ended_since:
        yield from own_machines(d).values()
