"""A plan prepared for a deployment: checked whole, or refused with every fault."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.adapters.files.media_library import DirectoryLibrary
from orchestrator.adapters.files.plan_folder import PlanFolder
from orchestrator.adapters.files.project_files import DirectoryFiles
from orchestrator.engine.plan_check import PlanPorts
from orchestrator.errors import NotFound, PlanFault
from tests.fakes.authority import FakeAuthority
from tests.fakes.inspector import FakeInspector
from tests.worlds.project import change, make

WEB = ["web1", "web2", "web3", "web4"]
PORTS = PlanPorts(
    inspector=FakeInspector(
        groups={"all": WEB, "web": WEB},
        plays={"playbooks/shop.yml": ["web"], "rollback/shop.yml": ["web"]},
    ),
    library=DirectoryLibrary(),
    files=DirectoryFiles(),
    authority=FakeAuthority(),
    now=lambda: datetime(2027, 1, 1, tzinfo=UTC),
)


def test_a_sound_plan_is_prepared(tmp_path: Path) -> None:
    plan = make(tmp_path)
    change(plan, "required: [change manager]", "required: []")
    prepared = PlanFolder(PORTS).prepare(plan)
    assert (prepared.plan_file, prepared.project) == (str(plan), str(tmp_path))
    assert prepared.plan_sha256 == hashlib.sha256(plan.read_bytes()).hexdigest()
    assert [target.host for target in prepared.targets] == WEB
    assert [wave.hosts for wave in prepared.waves] == [("web1",), ("web2",), ("web3", "web4")]
    assert [warning.partition(" ")[2].partition(":")[0] for warning in prepared.warnings] == [
        "approval.required"
    ]


def test_every_fault_is_raised_at_once(tmp_path: Path) -> None:
    plan = make(tmp_path)
    change(plan, "25%", "rack_c")
    change(
        plan,
        "schedule: {}",
        "schedule: {window: {opens: 2026-12-01T22:00:00Z, closes: 2026-12-02T02:00:00Z}}",
    )
    with pytest.raises(PlanFault) as raised:
        PlanFolder(PORTS).prepare(plan)
    assert [fault.path for fault in raised.value.faults] == ["strategy.waves[1]", "schedule.window.closes"]


def test_the_project_can_be_another_folder(tmp_path: Path) -> None:
    plan = make(tmp_path / "project").rename(tmp_path / "shop.yml")
    assert PlanFolder(PORTS, tmp_path / "project").prepare(plan).project == str(tmp_path / "project")
    with pytest.raises(PlanFault):
        PlanFolder(PORTS).prepare(plan)


def test_no_plan(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        PlanFolder(PORTS).prepare(tmp_path / "gone.yml")
