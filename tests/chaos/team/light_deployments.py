"""The deployments of a team in the light: plans without Ansible, over the real store, the real queue and real nodes."""

from __future__ import annotations

import json
import os
from pathlib import Path

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.nodes.calling import Zone
from orchestrator.adapters.nodes.carried import SharedTrees
from orchestrator.adapters.nodes.remote_playbooks import RemotePlaybooks
from orchestrator.adapters.nodes.remote_targets import RemoteTargets
from orchestrator.adapters.store import SqlHostLocks, SqlJournal
from orchestrator.adapters.store.baselines import DirectoryBaselineStore
from orchestrator.bootstrap import nodes
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.ports import Governing, Ports
from orchestrator.engine.zoned_runs import ZonedRuns
from orchestrator.engine.zoned_targets import ZonedTargets
from tests.chaos.disk_fleet import DiskTargets
from tests.chaos.team.light_hands import TeamFleet
from tests.fakes.authority import FakeAuthority
from tests.fakes.plans import FakePlans
from tests.fakes.playbooks import FakePlaybooks
from tests.simulation.storage import SimulatedStorage
from tests.worlds.plans import plan_of, prepared
from tests.worlds.ports import ports_over

ZONES = ("alpha", "beta")


class _Ungoverned(ProjectAuthority):
    """Real private copies, and no policy."""

    def governing(self, plan: ReleasePlan, project: Path) -> Governing:
        return Governing(None)


def light_plan(project: Path, home: Path, pair: int, text: str) -> PreparedPlan:
    """The plan of this text, over a host in each zone."""
    plan, file = plan_of(json.loads(text)), project / f"plans/pair{pair}.yml"
    targets = tuple(
        Target(
            host=f"{zone}{pair}", address=f"192.0.2.{2 * pair + n + 1}", groups=(f"pair{pair}",), zone=zone
        )
        for n, zone in enumerate(ZONES)
    )
    tree = _Ungoverned(home).tree(plan, project, file)
    return prepared(plan, targets, FakeAuthority(), project=project, plan_file=str(file), tree=tree)


def light_ports(home: Path, url: str, fleet: Path, plans: FakePlans | None = None) -> Ports:
    """What a driver of a team has; its hosts are in zones, and no other machine is reached from here."""
    clock, desk = SystemClock(), nodes.desk(home, url)
    trees = SharedTrees(desk.exchange)
    here = DiskTargets(TeamFleet(fleet))
    return ports_over(
        clock,
        plans or FakePlans(),
        ZonedRuns(FakePlaybooks(), lambda: RemotePlaybooks(desk, trees, environ=os.environ)),
        ZonedTargets(here, lambda zone: RemoteTargets(Zone(desk, zone), trees)),
        journal=SqlJournal(home, clock, url=url),
        storage=SimulatedStorage(),
        locks=SqlHostLocks(home, clock, url=url),
        baselines=DirectoryBaselineStore(home / "baselines"),
        authority=_Ungoverned(home),
    )
