"""Outputs outlive the private copy, are no part of what is digested, and begin with what the project has."""

from pathlib import Path

import pytest

from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.domain.plan.release_plan import ReleasePlan
from tests.worlds.plans import plan_with


def _plan() -> ReleasePlan:
    plan = plan_with(kind="big-bang")
    resources = plan.resources.model_copy(update={"outputs": ("credentials", "playbooks/reports")})
    release = plan.release.model_copy(update={"units": ()})
    return plan.model_copy(update={"resources": resources, "release": release})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("playbooks/app.yml", "rollback/app.yml", "inventories/test", "credentials/web1/db"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_they_are_kept_from_one_copy_to_the_next(project: Path, tmp_path: Path) -> None:
    authority, plan = ProjectAuthority(tmp_path / "home"), _plan()
    first = authority.freeze("a", plan, project, project / "plan.yml")
    assert (Path(first.place) / "credentials/web1/db").read_text() == "credentials/web1/db"
    (Path(first.place) / "credentials/web2").write_text("made by a run")
    (Path(first.place) / "playbooks/reports/one.txt").write_text("for people")
    assert authority.copied(plan, first.place).files == first.tree.files
    authority.discard("a")
    second = authority.freeze("b", plan, project, project / "plan.yml")
    assert (Path(second.place) / "credentials/web2").read_text() == "made by a run"
    kept = authority.outputs(plan)
    assert (kept / "playbooks/reports/one.txt").read_text() == "for people"
    assert second.tree == first.tree == authority.tree(plan, project, project / "plan.yml")
    assert not [path for path in first.tree.files if path.startswith("credentials")]


def test_what_the_project_has_later_changes_nothing(project: Path, tmp_path: Path) -> None:
    authority, plan = ProjectAuthority(tmp_path / "home"), _plan()
    authority.freeze("a", plan, project, project / "plan.yml")
    (project / "credentials/web1/db").write_text("another")
    second = authority.freeze("b", plan, project, project / "plan.yml")
    assert (Path(second.place) / "credentials/web1/db").read_text() == "credentials/web1/db"


def test_another_environment_has_its_own(tmp_path: Path) -> None:
    authority, plan = ProjectAuthority(tmp_path / "home"), _plan()
    resources = plan.resources.model_copy(update={"environment": "lab"})
    assert authority.outputs(plan) != authority.outputs(plan.model_copy(update={"resources": resources}))
