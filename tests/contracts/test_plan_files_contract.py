"""The contract of `PlanFiles`, over the fake and over files."""

from pathlib import Path

import pytest

from orchestrator.adapters.files.plan_file import FolderPlanFiles, load_plan
from orchestrator.domain.rules.prepared_plan import PreparedPlan
from orchestrator.engine.project_ports import PlanFiles
from orchestrator.errors import NotFound
from tests.fakes.plans import FakePlans
from tests.worlds.project import make


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return make(tmp_path / "project")


@pytest.fixture(params=["fake", "files"])
def plan_files(request: pytest.FixtureRequest, plan: Path) -> PlanFiles:
    if request.param == "files":
        return FolderPlanFiles()
    read, fake = load_plan(plan), FakePlans()
    fake.plans[plan.name] = PreparedPlan(
        plan=read.noun, plan_file=str(plan), plan_sha256=read.sha256, project=str(plan.parents[1])
    )
    return fake


def test_a_plan_is_known_as_it_was_read(plan_files: PlanFiles, plan: Path) -> None:
    loaded = plan_files.load(plan)
    assert (loaded.plan, loaded.plan_sha256) == (load_plan(plan).noun, load_plan(plan).sha256)
    assert (loaded.plan_file, loaded.project, loaded.named) == (str(plan), str(plan.parents[1]), str(plan))
    assert (loaded.targets, loaded.waves, loaded.faults, loaded.effective) == ((), (), (), None)


def test_its_project_can_be_another_folder(plan_files: PlanFiles, plan: Path, tmp_path: Path) -> None:
    assert plan_files.load(plan, tmp_path).project == str(tmp_path)


def test_a_plan_that_is_not_there(plan_files: PlanFiles, plan: Path) -> None:
    with pytest.raises(NotFound, match="There is no release plan"):
        plan_files.load(plan.with_name("gone.yml"))
