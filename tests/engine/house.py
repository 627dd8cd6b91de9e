"""A house of several plans over a fleet in memory: the real engine, the real store, fakes for hosts and playbooks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from orchestrator.adapters.store import SqlHostLocks, SqlJournal
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Governing, Ports
from orchestrator.engine.use_cases import schedule
from orchestrator.engine.use_cases.deployment_commands import resume
from orchestrator.engine.use_cases.due_start import DueLine
from orchestrator.engine.use_cases.run_due import run_due
from tests.fakes.authority import FakeAuthority, FakeKeys
from tests.fakes.baseline_store import FakeBaselineStore
from tests.fakes.clock import FakeClock
from tests.fakes.drivers import FakeDrivers
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.storage import FakeStorage
from tests.fakes.targets import FakeTargets
from tests.plans import plan_of, plan_tree, prepared, targets_named
from tests.simulation.run import _Library


class HouseAuthority(FakeAuthority):
    """What binds the plans of a house, by the hosts that they name."""

    def __init__(self) -> None:
        super().__init__()
        self.binds: dict[str, Governing] = {}

    def governing(self, plan: ReleasePlan, project: Path) -> Governing:
        return self.binds.get(plan.strategy.hosts, Governing())


class House:
    """Plans, hosts, a clock, and drivers that drive in this very process."""

    def __init__(self, home: Path) -> None:
        self.clock, self.targets, self.plans = FakeClock(), FakeTargets(), FakePlans()
        self.authority = HouseAuthority()
        self.playbooks = FakePlaybooks(self.clock.now)
        self.ports = Ports(
            plan_files=self.plans,
            inspector=self.plans,
            project_files=self.plans,
            clock=self.clock,
            journal=SqlJournal(home, self.clock),
            storage=FakeStorage(),
            locks=SqlHostLocks(home, self.clock),
            playbooks=self.playbooks,
            targets=self.targets,
            baselines=FakeBaselineStore(),
            library=_Library(),
            authority=self.authority,
            keys=FakeKeys(),
        )
        self.drivers = FakeDrivers(
            lambda name, by: resume(self.ports, name, by=by, watch=lambda record: None)
        )

    def plan(
        self,
        name: str,
        *hosts: str,
        policy: ReleasePolicy | None = None,
        model: DeploymentModel | None = None,
        **sections: Any,
    ) -> Path:
        """Take in a plan for these hosts; `sections` are added to its own."""
        for host in hosts:
            self.targets.machine(host).items = {("file", "/etc/app"): {"sha256": "a" * 64, "exists": True}}
        tree = plan_tree(waves=["rest"], hosts=",".join(hosts))
        for section, words in sections.items():
            tree[section] = {**tree.get(section, {}), **words}
        # One address for one name, whatever its place in a plan.
        targets = tuple(t.model_copy(update={"address": f"{t.host}.test"}) for t in targets_named(*hosts))
        self.authority.binds[tree["strategy"]["hosts"]] = Governing(policy, model)
        made = prepared(plan_of(tree), targets)
        sha = (name.encode().hex() + "0" * 64)[:64]
        self.plans.plans[name] = made.model_copy(update={"plan_sha256": sha, "plan_file": name})
        return Path(name)

    def prepared(self, plan: Path) -> PreparedPlan:
        """A plan that was taken in, checked."""
        return prepare_plan(self.ports, plan)

    def add(
        self, plan: Path, starts: datetime, *, approvals: dict[str, str] | None = None, **words: Any
    ) -> schedule.Scheduled:
        """Schedule it."""
        return schedule.add(self.ports, plan, schedule.Wish(starts, **words), by="ann", approvals=approvals)

    def run_due(self) -> list[DueLine]:
        """Start what is due; what was said."""
        said: list[DueLine] = []
        run_due(self.ports, self.drivers, by="cron", say=said.append)
        return said

    def now(self, name: str) -> Deployment:
        """How a deployment stands."""
        return folded(self.ports.journal, name)
