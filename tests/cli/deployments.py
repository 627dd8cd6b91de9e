"""Commands that drive, over a fleet in memory: the real engine, the real store, fakes for hosts and playbooks."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.adapters.store import SqlHostLocks, SqlJournal
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Ports
from tests.fakes.authority import FakeAuthority, FakeKeys
from tests.fakes.baseline_store import FakeBaselineStore
from tests.fakes.clock import FakeClock
from tests.fakes.plans import FakePlans
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


@dataclass
class Fleet:
    """Six hosts in memory, and orch's ports over them."""

    ports: Ports
    plans: FakePlans
    authority: FakeAuthority
    targets: FakeTargets
    playbooks: FakePlaybooks
    clock: FakeClock

    def prepared(self) -> PreparedPlan:
        """The fleet's plan, checked."""
        return prepare_plan(self.ports, Path("plan.yml"))

    def backs_out(self, **backout: object) -> None:
        """Change the backout section of the fleet's plan."""
        ready = self.prepared()
        plan = ready.plan.model_copy(update={"backout": ready.plan.backout.model_copy(update=backout)})
        self.plans.only = ready.model_copy(update={"plan": plan})


def fleet(home: Path, monkeypatch: pytest.MonkeyPatch, **strategy: object) -> Fleet:
    """A fleet whose ports every command gets instead of those over real hosts."""
    clock, targets = FakeClock(), FakeTargets()
    playbooks = FakePlaybooks(clock.now)
    for host in SIX:
        targets.machine(host).items = {("file", "/etc/shop.conf"): {"sha256": "a" * 64, "exists": True}}
    plan = plan_of(gate={"soak": "2s", "every": "1s"}, **strategy)
    units = tuple(unit.model_copy(update={"sha256": "0" * 64}) for unit in plan.release.units)
    plan = plan.model_copy(update={"release": plan.release.model_copy(update={"units": units})})
    plans, authority = FakePlans(prepared(plan, targets_named(*SIX))), FakeAuthority()
    ports = Ports(
        plan_files=plans,
        inspector=plans,
        project_files=plans,
        clock=clock,
        journal=SqlJournal(home, clock),
        storage=FakeStorage(),
        locks=SqlHostLocks(home, clock),
        playbooks=playbooks,
        targets=targets,
        baselines=FakeBaselineStore(),
        library=_Library(),
        authority=authority,
        keys=FakeKeys(),
    )
    for verb in VERBS_THAT_ASK:
        monkeypatch.setattr(f"orchestrator.cli.{verb}.ports_of_home", lambda *_: ports)
    monkeypatch.setattr("orchestrator.cli.verbs.driving.signals.ports_to_look", lambda: ports)
    monkeypatch.setattr("orchestrator.cli.verbs.driving.deploy.ports_to_start", lambda _: ports)
    return Fleet(ports, plans, authority, targets, playbooks, clock)
