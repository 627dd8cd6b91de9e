"""What deployments that ended have proved of each machine: the newest word on each item is what is expected there.

A deployment that stands has proved what was captured after its waves (docs/adr/0058); one that was taken back, what was
captured after its backout. Of a host that it touched and left otherwise, nothing is known of the items that it could change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import FORM, BaselineReference, BaselineScope
from orchestrator.domain.journal.lifecycle import NEVER_TOUCHED, STANDS
from orchestrator.domain.plan.target import Target
from orchestrator.policy.evidence.scope_items import captures_item, has_all_of

MOST_STATES = 8
"""States of one machine that an audit compares with: each is another scope, and another look at the host."""


@dataclass(frozen=True, slots=True)
class RecordedState:
    """What one deployment that ended says of one machine. `proof`: the capture; None where it proved nothing."""

    deployment: str
    at: datetime
    environment: str
    project: str
    inventory: str
    target: Target
    machine_id: str
    scope: BaselineScope
    proof: BaselineReference | None

    @property
    def host(self) -> str:
        """The name under which the deployment knew the machine."""
        return self.target.host

    @property
    def place(self) -> tuple[str, str, str]:
        """Where its name is from: environment, project and inventory. Hosts of two places can have one name."""
        return self.environment, self.project, self.inventory

    def decides(self, kind: str, name: str) -> bool:
        """Whether it has a word on this item, be it that nothing was proved."""
        cuts = self.proof.cuts if self.proof is not None else ()
        form = self.proof.form if self.proof is not None else FORM
        return captures_item(self.scope, form, cuts, kind, name)

    def replaces(self, older: "RecordedState") -> bool:
        """Whether the older one has no word left on any item."""
        if self.proof is None:
            return has_all_of(self.scope, older.scope)
        form = older.proof.form if older.proof is not None else FORM
        return self.proof.form >= form and not self.proof.cuts and has_all_of(self.scope, older.scope)


@dataclass(frozen=True, slots=True)
class RecordedMachine:
    """A machine on record: its newest name, and the states that have a word on it, newest first.

    `left_out`: states beyond MOST_STATES, with which it is not compared.
    """

    machine_id: str
    states: tuple[RecordedState, ...]
    left_out: int = 0

    @property
    def host(self) -> str:
        """The name under which it was deployed to last."""
        return self.newest.host

    @property
    def newest(self) -> RecordedState:
        """The newest word on it."""
        return self.states[0]

    @property
    def proved(self) -> tuple[RecordedState, ...]:
        """The states that it can be compared with."""
        return tuple(state for state in self.states if state.proof is not None)

    def decisive(self, kind: str, name: str) -> RecordedState | None:
        """The newest state with a word on this item."""
        return next((state for state in self.states if state.decides(kind, name)), None)


def states_of(d: Deployment, restored: Mapping[str, BaselineReference]) -> Iterator[RecordedState]:
    """The state of each host that a deployment touched; none before it is over.

    `restored`: the newest captures after its backouts, by host.
    """
    if not d.over or d.state in NEVER_TOUCHED or d.ended_at is None:
        return
    for host in d.touched_hosts:
        target, before = d.target(host), d.preparation.baselines.get(host)
        if before is None:
            continue
        proof = _proof(d, host, restored)
        yield RecordedState(
            deployment=d.id,
            at=d.ended_at,
            environment=d.plan.resources.environment,
            project=d.project,
            inventory=d.plan.resources.inventory,
            target=target,
            machine_id=(proof or before).machine_id,
            scope=d.plan.backout.baseline.of(host, target.groups),
            proof=proof,
        )


def _proof(d: Deployment, host: str, restored: Mapping[str, BaselineReference]) -> BaselineReference | None:
    standing = d.standings[host].standing
    if d.state in STANDS:
        return d.changes.baselines.get(host) if standing == "verified" else None
    return restored.get(host) if standing == "restored" else None


def machines_of(states: Iterable[RecordedState]) -> tuple[RecordedMachine, ...]:
    """Every machine by its newest name. One whose name in its inventory a newer machine has was replaced, and is left out."""
    by_machine: dict[str, list[RecordedState]] = {}
    of_name: dict[tuple[str, ...], str] = {}
    for state in sorted(states, key=lambda each: (each.at, each.deployment), reverse=True):
        of_name.setdefault((*state.place, state.host), state.machine_id)
        by_machine.setdefault(state.machine_id, []).append(state)
    machines = (_machine(machine_id, known) for machine_id, known in by_machine.items())
    present = (each for each in machines if of_name[*each.newest.place, each.host] == each.machine_id)
    return tuple(sorted(present, key=lambda each: (each.host, each.newest.place)))


def _machine(machine_id: str, newest_first: Sequence[RecordedState]) -> RecordedMachine:
    kept: list[RecordedState] = []
    for state in newest_first:
        if not any(newer.replaces(state) for newer in kept):
            kept.append(state)
    return RecordedMachine(machine_id, tuple(kept[:MOST_STATES]), max(0, len(kept) - MOST_STATES))
