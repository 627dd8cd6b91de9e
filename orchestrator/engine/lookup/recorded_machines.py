"""The machines that deployments have touched, what is recorded of each, and which a deployment has in hand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class InHand:
    """What deployments have in hand: the deployment by machine, and by environment and name of a host."""

    machines: dict[str, str]
    hosts: dict[tuple[str, str], str]


def in_hand(ports: Ports, since: datetime) -> InHand:
    """What deployments have in hand now, or have had since a moment.

    A lock counts, and so does a host of a deployment that may have touched something and is not over. A driver can die
    after the last event and before it unlocks: a lock of what is over, or of what the journal does not know, holds nothing.
    """
    locks = {lock.machine: lock.deployment for lock in ports.locks.held()}
    names = [brief.id for brief in survey(ports.journal).briefs if _may_be_at_work(brief, since)]
    holding = InHand({}, {})
    for name, d in each_of(ports.journal, list(dict.fromkeys([*locks.values(), *names]))):
        locked = [machine for machine, holder in locks.items() if holder == name]
        if isinstance(d, Deployment):
            _hold(holding, d, locked, since)
        else:
            holding.machines.update(dict.fromkeys(locked, name))
    return holding


def _hold(holding: InHand, d: Deployment, locked: Sequence[str], since: datetime) -> None:
    ended_since = d.over and d.ended_at is not None and d.ended_at > since
    if not d.over:
        holding.machines.update(dict.fromkeys(locked, d.id))
    if d.touched or ended_since:
        holding.machines.update(dict.fromkeys(own_machines(d).values(), d.id))
        holding.hosts.update({(d.plan.resources.environment, host): d.id for host in d.hosts})


def _may_be_at_work(brief: Brief, since: datetime) -> bool:
    if not brief.over:
        return brief.opened_at is not None
    return brief.state not in NEVER_TOUCHED and brief.last_at > since
