"""The files of a project: what stands where, and what leads out of it."""

from pathlib import Path

import pytest

from orchestrator.adapters.files.project_files import DirectoryFiles

KINDS = [
    ("playbooks/shop.yml", "file"),
    ("playbooks", "directory"),
    ("playbooks/../playbooks/shop.yml", "file"),
    ("gone.yml", "absent"),
    ("playbooks/shop.yml/deeper", "absent"),
    ("inside", "file"),
    ("../outside.yml", "outside"),
    ("outside", "outside"),
    ("loop", "absent"),
    ("/etc/hostname", "outside"),
    ("a\0b", "absent"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "playbooks").mkdir(parents=True)
    (project / "playbooks/shop.yml").write_text("")
    (tmp_path / "outside.yml").write_text("")
    (project / "inside").symlink_to("playbooks/shop.yml")
    (project / "outside").symlink_to(tmp_path / "outside.yml")
    (project / "loop").symlink_to("loop")
    return project


@pytest.mark.parametrize(("path", "kind"), KINDS)
def test_kind(project: Path, path: str, kind: str) -> None:
    assert DirectoryFiles().kind(project, path) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [("../outside.yml", "file"), ("outside", "file"), ("..", "directory"), ("gone", "absent")],
)
def test_kind_anywhere(project: Path, path: str, kind: str) -> None:
    assert DirectoryFiles().kind_anywhere(project, path) == kind


def test_the_home_folder_is_known(monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    monkeypatch.setenv("HOME", str(project))
    assert DirectoryFiles().kind_anywhere(Path("/"), "~/inside") == "file"
