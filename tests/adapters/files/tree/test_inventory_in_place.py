"""An inventory outside of the project: which of its files are digested, and that a change of any is seen by its name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestrator.adapters.files.tree.inventory_in_place import ingredients_in_place, inventory_in_place
from orchestrator.errors import PlanFault


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("project/inventories/live/hosts.yml", "etc/hosts.yml", "etc/group_vars/web/port.yml",
                 "etc/host_vars/web1.yml", "etc/group_vars/.web.yml.swp", "etc/other.yml"):  # fmt: skip
        put(tmp_path / name)
    return folder


def put(file: Path, text: str = "web:\n") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def files_in_place(project: Path, inventory: str) -> set[str]:
    return {str(Path(path).relative_to(project.parent)) for path in inventory_in_place(project, inventory)}


OF_FILE = {"etc/hosts.yml", "etc/group_vars/web/port.yml", "etc/host_vars/web1.yml"}


@pytest.mark.parametrize(
    ("inventory", "files"),
    [
        ("inventories/live", set()),
        ("./inventories/live/hosts.yml", set()),
        ("../etc/hosts.yml", OF_FILE),
        ("ABOVE/etc/hosts.yml", OF_FILE),
        ("ABOVE/etc", {*OF_FILE, "etc/other.yml"}),
        ("ABOVE/project/inventories/live/hosts.yml", {"project/inventories/live/hosts.yml"}),
        ("inventories/../inventories/live/hosts.yml", {"project/inventories/live/hosts.yml"}),
    ],
)
def test_what_is_read_where_it_lies_is_digested(project: Path, inventory: str, files: set[str]) -> None:
    assert files_in_place(project, inventory.replace("ABOVE", str(project.parent))) == files


def test_a_change_in_each_file_is_seen(project: Path) -> None:
    before = inventory_in_place(project, "../etc/hosts.yml")
    for path in before:
        Path(path).write_text("web: {}\n")
        after = inventory_in_place(project, "../etc/hosts.yml")
        assert {name for name in before if before[name] != after[name]} == {path}
        before = after
    put(project.parent / "etc/host_vars/web9.yml")
    added = inventory_in_place(project, "../etc/hosts.yml").keys() - before.keys()
    assert added == {str(project.parent / "etc/host_vars/web9.yml")}


def test_links_are_followed_as_ansible_follows_them(project: Path, tmp_path: Path) -> None:
    put(tmp_path / "shared/web.yml", "port: 1\n")
    (tmp_path / "etc/group_vars/db").symlink_to(tmp_path / "shared")
    (tmp_path / "etc/group_vars/round").symlink_to(tmp_path / "etc/group_vars")
    (tmp_path / "now.yml").symlink_to(tmp_path / "etc/hosts.yml")
    before = inventory_in_place(project, str(tmp_path / "etc/hosts.yml"))
    put(tmp_path / "shared/web.yml", "port: 2\n")
    after = inventory_in_place(project, str(tmp_path / "etc/hosts.yml"))
    assert {name for name in before if before[name] != after[name]} == {
        str(tmp_path / "etc/group_vars/db/web.yml")
    }
    assert files_in_place(project, str(tmp_path / "now.yml")) == {"etc/hosts.yml"}


def test_everything_that_cannot_be_digested_is_told(project: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "etc/pipe")
    (tmp_path / "etc/broken.yml").symlink_to("gone")
    with pytest.raises(PlanFault) as refused:
        inventory_in_place(project, str(tmp_path / "etc"))
    assert {Path(fault.file).name for fault in refused.value.faults} == {"pipe", "broken.yml"}


@pytest.mark.parametrize("inventory", ["/nowhere/hosts.yml", "ABOVE/empty"])
def test_an_inventory_that_is_gone_or_empty_is_no_inventory(project: Path, inventory: str) -> None:
    (project.parent / "empty").mkdir()
    with pytest.raises(PlanFault):
        inventory_in_place(project, inventory.replace("ABOVE", str(project.parent)))


def test_ingredients_are_digested_file_by_file_and_a_change_is_seen_by_its_name(project: Path) -> None:
    role = project.parent / "shared/roles/base"
    for name in ("tasks/main.yml", "files/.profile", "files/run.sh"):
        put(role / name)
    put(role / ".git/config")
    named = (str(role), str(project.parent / "etc/other.yml"))
    before = ingredients_in_place(project, named)
    shown = {str(Path(path).relative_to(project.parent)) for path in before}
    assert shown == {
        "shared/roles/base/tasks/main.yml",
        "shared/roles/base/files/.profile",
        "shared/roles/base/files/run.sh",
        "etc/other.yml",
    }
    (role / "files/run.sh").chmod(0o755)
    put(role / "tasks/main.yml", "other\n")
    after = ingredients_in_place(project, named)
    changed = {Path(path).name for path in before if before[path] != after[path]}
    assert changed == {"run.sh", "main.yml"}


def test_an_ingredient_that_is_not_there_is_a_fault_with_its_place_in_the_plan(project: Path) -> None:
    with pytest.raises(PlanFault) as raised:
        ingredients_in_place(project, (str(project.parent / "etc/other.yml"), "/srv/not/there"))
    (fault,) = raised.value.faults
    assert (fault.path, fault.file) == ("resources.ingredients[1]", "/srv/not/there")
