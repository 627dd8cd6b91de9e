"""Commands that drive, over a fleet in memory: the real engine, the real store, fakes for hosts and playbooks."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.adapters.store import SqlHostLocks, SqlJournal
from orchestrator.domain.place import Place, in_place
from orchestrator.domain.prepared import PreparedPlan
from orchestrator.engine.ports import Planning, Ports
from tests.fakes.authority import FakeAuthority, FakeKeys
from tests.fakes.baseline_store import FakeBaselineStore
from tests.fakes.clock import FakeClock
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.storage import FakeStorage
from tests.fakes.targets import FakeTargets
from tests.journals.scripts import SIX, plan_of
from tests.plans import prepared, targets_named
from tests.simulation.run import _Library

VERBS_THAT_ASK = (
    "rehearse",
    "rollback",
    "signals",
    "status",
    "list_",
    "record",
    "baseline",
    "follow",
)


class OnePlan(Planning):
    """Whatever file is named, this plan is in it; its hosts are those of any place."""

    def __init__(self, plan: PreparedPlan) -> None:
        self._plan = plan

    def prepare(self, plan: Path, place: Place | None = None) -> PreparedPlan:
        return self._plan if place is None else elsewhere(self._plan, place)


def elsewhere(ready: PreparedPlan, place: Place) -> PreparedPlan:
    """The plan made ready for a rehearsal."""
    there = prepared(in_place(ready.plan, place), ready.targets)
    return there.model_copy(update={"written": ready.plan})


@dataclass
class Fleet:
    """Six hosts in memory, and orch's ports over them."""

    ports: Ports
    targets: FakeTargets
    playbooks: FakePlaybooks
    clock: FakeClock


def fleet(home: Path, monkeypatch: pytest.MonkeyPatch, **strategy: object) -> Fleet:
    """A fleet whose ports every command gets instead of those over real hosts."""
    clock, targets = FakeClock(), FakeTargets()
    playbooks = FakePlaybooks(clock.now)
    for host in SIX:
        targets.machine(host).items = {("file", "/etc/shop.conf"): {"sha256": "a" * 64, "exists": True}}
    plan = plan_of(gate={"soak": "2s", "every": "1s"}, **strategy)
    units = tuple(unit.model_copy(update={"sha256": "0" * 64}) for unit in plan.release.units)
    plan = plan.model_copy(update={"release": plan.release.model_copy(update={"units": units})})
    ports = Ports(
        planning=OnePlan(prepared(plan, targets_named(*SIX))),
        clock=clock,
        journal=SqlJournal(home, clock),
        storage=FakeStorage(),
        locks=SqlHostLocks(home, clock),
        playbooks=playbooks,
        targets=targets,
        baselines=FakeBaselineStore(),
        library=_Library(),
        authority=FakeAuthority(),
        keys=FakeKeys(),
    )
    for verb in VERBS_THAT_ASK:
        monkeypatch.setattr(f"orchestrator.cli.{verb}.ports_of_home", lambda *_: ports)
    monkeypatch.setattr("orchestrator.cli.signals.ports_to_look", lambda: ports)
    monkeypatch.setattr("orchestrator.cli.deploy.ports_to_start", lambda _: ports)
    return Fleet(ports, targets, playbooks, clock)
