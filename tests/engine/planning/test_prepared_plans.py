"""A plan file prepared for a deployment: checked whole, or refused with every fault."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.adapters.files.media_library import DirectoryLibrary
from orchestrator.adapters.files.plan_file import FolderPlanFiles
from orchestrator.adapters.files.project_files import DirectoryFiles
from orchestrator.engine.planning.plan_check import check_plan, prepare_plan
from orchestrator.engine.ports import Ports
from orchestrator.errors import NotFound, PlanFault
from tests.fakes.clock import FakeClock
from tests.fakes.inspector import FakeInspector
from tests.fakes.targets import FakeTargets
from tests.worlds.fleet import Fleet
from tests.worlds.project import change, make

WEB = ["web1", "web2", "web3", "web4"]


class Hosts(FakeTargets):
    """Hosts that count how often they are made ready for."""

    made_ready = 0

    def make_ready(self) -> None:
        self.made_ready += 1


@pytest.fixture
def hosts() -> Hosts:
    return Hosts()


@pytest.fixture
def ports(hosts: Hosts) -> Ports:
    inspector = FakeInspector(
        groups={"all": WEB, "web": WEB},
        plays={"playbooks/shop.yml": ["web"], "rollback/shop.yml": ["web"]},
    )
    return replace(
        Fleet().ports,
        plan_files=FolderPlanFiles(),
        inspector=inspector,
        project_files=DirectoryFiles(),
        library=DirectoryLibrary(),
        clock=FakeClock(datetime(2027, 1, 1, tzinfo=UTC)),
        targets=hosts,
    )


def test_a_sound_plan_is_prepared(tmp_path: Path, ports: Ports, hosts: Hosts) -> None:
    plan = make(tmp_path)
    change(plan, "required: [change manager]", "required: []")
    prepared = prepare_plan(ports, plan)
    assert hosts.made_ready == 1
    assert (prepared.plan_file, prepared.project) == (str(plan), str(tmp_path))
    assert prepared.plan_sha256 == hashlib.sha256(plan.read_bytes()).hexdigest()
    assert [target.host for target in prepared.targets] == WEB
    assert [wave.hosts for wave in prepared.waves] == [("web1",), ("web2",), ("web3", "web4")]
    assert [warning.path for warning in prepared.warnings] == ["approval.required"]


def test_every_fault_is_raised_at_once(tmp_path: Path, ports: Ports) -> None:
    plan = make(tmp_path)
    change(plan, "25%", "rack_c")
    change(
        plan,
        "schedule: {}",
        "schedule: {window: {opens: 2026-12-01T22:00:00Z, closes: 2026-12-02T02:00:00Z}}",
    )
    with pytest.raises(PlanFault) as raised:
        prepare_plan(ports, plan)
    assert [fault.path for fault in raised.value.faults] == ["strategy.waves[1]", "schedule.window.closes"]


def test_the_project_can_be_another_folder(tmp_path: Path, ports: Ports) -> None:
    plan = make(tmp_path / "project").rename(tmp_path / "shop.yml")
    loaded = ports.plan_files.load(plan, tmp_path / "project")
    assert loaded.project == str(tmp_path / "project")
    assert check_plan(ports, loaded).faults == ()
    with pytest.raises(PlanFault):
        prepare_plan(ports, plan)


def test_no_plan(tmp_path: Path, ports: Ports) -> None:
    with pytest.raises(NotFound):
        prepare_plan(ports, tmp_path / "gone.yml")
