"""Options over variables over orch.toml over defaults; and the home that the file names."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestrator.adapters.files.plan_file import FolderPlanFiles
from orchestrator.bootstrap import home_of
from orchestrator.bootstrap.project_settings import (
    ansible_choice,
    ansible_setting,
    chosen_installation,
    home_setting,
    image_setting,
    loaded_settings,
)
from orchestrator.errors import MachineLacks, NotFound, PlanFault, StoreFault
from orchestrator.policy.planning.digests import effective_plan

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which we are, with an orch.toml that names both."""
    for name in ("ORCH_HOME", "ORCH_ANSIBLE", "ORCH_SETTINGS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".git").mkdir()
    (tmp_path / "orch.toml").write_text('ansible = ".venv"\nhome = "kept"\n')
    (tmp_path / "plans").mkdir()
    monkeypatch.chdir(tmp_path / "plans")
    return tmp_path


VARIABLES: list[tuple[str | None, Mapping[str, str], str, str]] = [
    (None, {}, "PROJECT/.venv", "PROJECT/orch.toml:1"),
    (None, {"ORCH_ANSIBLE": "/opt/a"}, "/opt/a", "ORCH_ANSIBLE"),
    (None, {"ORCH_ANSIBLE": ""}, "PROJECT/.venv", "PROJECT/orch.toml:1"),
    (None, {"ORCH_ANSIBLE": "a"}, "PROJECT/plans/a", "ORCH_ANSIBLE"),
    ("/opt/b", {"ORCH_ANSIBLE": "/opt/a"}, "/opt/b", "--ansible"),
    (None, {"ORCH_SETTINGS": ""}, "None", "the default"),
]


@pytest.mark.parametrize(("option", "environ", "value", "place"), VARIABLES)
def test_who_names_the_ansible(
    project: Path, option: str | None, environ: Mapping[str, str], value: str, place: str
) -> None:
    setting = ansible_setting(Path(option) if option else None, environ)
    assert str(setting.value) == value.replace("PROJECT", str(project))
    assert setting.words == place.replace("PROJECT", str(project))


IMAGE = f"registry.example:5000/team/ansible@sha256:{'0' * 64}"
OTHER = f"ansible@sha256:{'1' * 64}"
IMAGES = [
    ("", "", None),
    (IMAGE, "", IMAGE),
    ("", OTHER, OTHER),
    (IMAGE, OTHER, OTHER),
]


@pytest.mark.parametrize(("of_project", "of_plan", "expected"), IMAGES)
def test_a_plan_is_approved_with_the_image_that_it_runs_in(
    project: Path, of_project: str, of_plan: str, expected: str | None
) -> None:
    (project / "orch.toml").write_text(f'execution_environment = "{of_project}"\n' if of_project else "")
    text = (ROOT / "plans/shop-1.0.0.yml").read_text()
    if of_plan:
        text = text.replace("resources: {", f'resources: {{execution_environment: "{of_plan}", ', 1)
    (project / "plans/shop.yml").write_text(text)
    files = FolderPlanFiles(lambda: image_setting().value)
    plan = files.load(project / "plans/shop.yml", project).plan
    assert plan.resources.execution_environment == expected
    without = FolderPlanFiles().load(ROOT / "plans/shop-1.0.0.yml", project).plan
    digests = [
        effective_plan(each, (), (), model=None, policy=None, tree={}, artefacts={}).digests["plan"]
        for each in (plan, without)
    ]
    assert (digests[0] == digests[1]) is (expected is None)


def test_the_file_names_the_home_and_the_variable_stands_over_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".orch").mkdir()
    assert home_of() == project / "kept"
    monkeypatch.setenv("ORCH_HOME", str(project / "mine"))
    assert home_of() == project / "mine"
    assert home_setting({"ORCH_HOME": "/srv/x"}).words == "ORCH_HOME"


def test_a_file_without_a_home_leaves_the_nearest_one(project: Path) -> None:
    (project / "orch.toml").write_text("")
    (project / ".orch").mkdir()
    assert home_of() == project / ".orch"


def test_a_home_that_came_with_a_clone_is_refused_though_the_file_names_it(project: Path) -> None:
    (project / ".git").rmdir()
    (project / "kept").mkdir()
    (project / "kept/x").write_text("")
    for words in (["init", "-q"], ["add", "-f", "kept/x"]):
        subprocess.run(["git", "-C", project, *words], check=True, capture_output=True)
    with pytest.raises(StoreFault, match="kept is tracked by git"):
        home_of()


def test_a_faulty_file_stops_whoever_needs_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "orch.toml").write_text("home = 5")
    with pytest.raises(PlanFault):
        home_of()
    monkeypatch.setenv("ORCH_HOME", str(project / "mine"))
    assert home_of() == project / "mine"


def test_a_named_file_that_is_not_there_is_said(project: Path) -> None:
    with pytest.raises(NotFound, match="no settings file"):
        loaded_settings({"ORCH_SETTINGS": "/nowhere/orch.toml"})


@pytest.mark.parametrize(
    ("option", "environ", "place"),
    [
        (None, {}, "orch.toml:1"),
        (None, {"ORCH_ANSIBLE": "/nowhere"}, "ORCH_ANSIBLE"),
        ("/nowhere", {}, "--ansible"),
    ],
)
def test_an_ansible_that_is_of_no_use_is_told_with_who_named_it(
    project: Path, option: str | None, environ: Mapping[str, str], place: str
) -> None:
    with pytest.raises(MachineLacks, match=rf"{place}: .* found nothing there"):
        chosen_installation(Path(option) if option else None, environ)


def test_nothing_is_looked_for_before_it_is_needed(project: Path) -> None:
    choice = ansible_choice(Path("/nowhere"))
    with pytest.raises(MachineLacks):
        _ = choice.installation
