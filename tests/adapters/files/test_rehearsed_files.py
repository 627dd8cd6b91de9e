"""What a rehearsal covers is, of files on disk, just what will run where the plan goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.adapters.files.media_library import DirectoryLibrary
from orchestrator.adapters.files.plan_file import FolderPlanFiles
from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.files.project_files import DirectoryFiles
from orchestrator.domain.plan.effective_plan import REHEARSED, changes_between
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.use_cases import rehearse
from tests.fakes.inspector import FakeInspector
from tests.simulation.run import ports_of
from tests.simulation.scenario import Scenario
from tests.worlds.project import change, make, write

WEB = ["web1", "web2", "web3", "web4"]
FOLDERS = ("inventories/live/hosts.yml", "inventories/live/group_vars/web.yml",
           "inventories/dev/hosts.yml", "inventories/dev/group_vars/web.yml")  # fmt: skip
FILES = ("live.yml", "dev.yml", "group_vars/web.yml", "inventories/other.yml")
BESIDE = ("playbooks/live.yml", "playbooks/dev.yml", "playbooks/group_vars/web.yml")


@pytest.mark.parametrize(
    "ignored", ["", "/inventories/*", "/inventories/", "hosts.yml", "group_vars/", "*.yml"]
)
@pytest.mark.parametrize(
    ("live", "dev", "files"),
    [
        ("inventories/live", "inventories/dev", FOLDERS),
        ("inventories/live/hosts.yml", "inventories/dev/hosts.yml", FOLDERS),
        ("inventories/live", "inventories/dev/hosts.yml", FOLDERS),
        ("live.yml", "dev.yml", FILES),
        ("playbooks/live.yml", "playbooks/dev.yml", BESIDE),
        ("inventories", "dev.yml", FILES),
        ("live.yml", "OUTSIDE/other.yml", FILES),
    ],
)
def test_the_files_that_are_covered_are_those_that_will_run(
    tmp_path: Path, live: str, dev: str, files: tuple[str, ...], ignored: str
) -> None:
    project = tmp_path / "project"
    plan = make(project)
    change(plan, "inventory: inventories/staging", f"inventory: {live}")
    change(plan, "environment: staging", "environment: live")
    (project / "inventories/staging").unlink()
    for name in files:
        write(project, name, f"# {name}\n")
    write(project, ".orchignore", f"{ignored}\n")
    authority = ProjectAuthority(tmp_path / "home")
    web = FakeInspector(
        groups={"all": WEB, "web": WEB}, plays={"playbooks/shop.yml": ["web"], "rollback/shop.yml": ["web"]}
    )
    ports = replace(
        ports_of(Scenario(1)),
        plan_files=FolderPlanFiles(), inspector=web, project_files=DirectoryFiles(),
        library=DirectoryLibrary(), authority=authority,
    )  # fmt: skip
    inventory = dev.replace("OUTSIDE", str(tmp_path))
    write(tmp_path, "other.yml", "# elsewhere")
    asked = rehearse.RehearsalRequest(plan, RehearsalPlace(environment="dev", inventory=inventory))
    covered = rehearse.ready(ports, asked).parts[0].of
    runs = prepare_plan(ports, plan).effective
    assert runs is not None
    changes = [str(change) for change in changes_between(covered, runs) if change.ingredient in REHEARSED]
    assert changes == []
