"""Which collections and roles outside of a project are used is read from its files, and each is one part with one digest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.tree_check.installed import installed_parts
from orchestrator.adapters.ansible.tree_check.other_settings import other_settings
from orchestrator.adapters.ansible.tree_check.outside import Grounds, roles_path
from orchestrator.adapters.ansible.tree_check.tree_findings import tree_findings
from orchestrator.adapters.files.tree.installed_in_place import installed_in_place
from tests.worlds.plans import plan_with

PLAY = "- hosts: web\n  tasks: [{}]\n"
# What is written, and the collections that are used because of it; community.general depends on community.base.
USED: list[tuple[str, list[str]]] = [
    (PLAY.format("{debug: {msg: x}}"), []),
    (PLAY.format("{community.general.ufw: {state: enabled}}"), ["community.base", "community.general"]),
    (PLAY.format("{ufw: {state: enabled}}"), ["community.base", "community.general"]),
    (PLAY.format("{ansible.builtin.copy: {content: '{{ x | community.base.f }}'}}"), ["community.base"]),
    (PLAY.format("{debug: {msg: \"{{ x | json_query('y') }}\"}}"), ["community.base", "community.general"]),
    (PLAY.format("{debug: {msg: \"{{ lookup('passwordstore', 'y') }}\"}}"), ["community.base", "community.general"]),
    ("- hosts: web\n  collections: [community.base.x]\n", ["community.base"]),
    ("- hosts: web\n  roles: [community.base.setup]\n", ["community.base"]),
    ("- hosts: web\n  connection: docker\n", ["community.docker"]),
    (PLAY.format("{absent.one.module: {}}"), []),
]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, needed in {"general": {"community.base": "*"}, "base": {}, "docker": {}}.items():
        place = tmp_path / "site-packages/ansible_collections/community" / name
        (place / "plugins").mkdir(parents=True)
        about = {"version": "1.0.0", "dependencies": needed}
        (place / "MANIFEST.json").write_text(json.dumps({"collection_info": about}))
        (place / "plugins/x.py").write_text("x = 1\n")
    (tmp_path / "shared/roles/hello/tasks").mkdir(parents=True)
    (tmp_path / "shared/roles/hello/tasks/main.yml").write_text("- include_vars: ../v.yml\n")
    (tmp_path / "shared/roles/hello/v.yml").write_text("x: 1\n")
    project = tmp_path / "project"
    (project / "playbooks").mkdir(parents=True)
    (project / "ansible.cfg").write_text(
        "[defaults]\nroles_path = ../shared/roles\ncollections_path = ./none\n"
    )
    return project


def parts(project: Path, playbook: str, opened: tuple[str, ...] = (), *ingredients: str) -> list[str]:
    file = project / "playbooks/app.yml"
    file.write_text(playbook)
    installed = (project.parent / "site-packages",)
    grounds = Grounds.of(project, ingredients)._replace(installed=installed)
    parts = installed_parts([file], [playbook], grounds, roles_path(project), opened)
    assert all(part.version == "1.0.0" for part in parts if part.kind == "collection")
    return [part.name for part in parts]


@pytest.mark.parametrize(("playbook", "expected"), USED)
def test_a_collection_is_used_where_it_is_named(project: Path, playbook: str, expected: list[str]) -> None:
    assert parts(project, playbook) == expected


def test_a_collection_of_which_ansible_opened_a_file_is_used(project: Path) -> None:
    opened = project.parent / "site-packages/ansible_collections/community/docker/plugins/x.py"
    assert parts(project, "- hosts: web\n", (str(opened),)) == ["community.docker"]


def test_an_ingredient_is_none(project: Path) -> None:
    named = str(project.parent / "site-packages/ansible_collections/community/base")
    assert parts(project, USED[3][0], (), named) == []


def test_a_role_by_a_path_out_of_the_project_is_used_with_all_that_it_reads(project: Path) -> None:
    assert parts(project, "- hosts: web\n  roles: [hello]\n") == ["hello"]
    assert tree_findings(plan_with(kind="big-bang"), project) == []


def test_each_part_has_one_digest_that_any_change_of_it_changes(project: Path) -> None:
    file = project / "playbooks/app.yml"
    file.write_text(USED[1][0])
    grounds = Grounds.of(project, ())._replace(installed=(project.parent / "site-packages",))
    parts = installed_parts([file], [USED[1][0]], grounds, [], ())
    before = installed_in_place(parts)
    assert list(before) == ["collection community.base 1.0.0/", "collection community.general 1.0.0/"]
    plugin = Path(parts[1].place) / "plugins/x.py"
    (plugin.parent / "__pycache__").mkdir()
    (plugin.parent / "__pycache__/x.pyc").write_text("")
    assert installed_in_place(parts) == before
    for change in (lambda: plugin.chmod(0o755), lambda: plugin.write_text("x = 2\n"), plugin.unlink):
        now = installed_in_place(parts)
        change()
        assert now != installed_in_place(parts)
        assert now[parts[0].part] == before[parts[0].part]
    for path in sorted(Path(parts[1].place).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    Path(parts[1].place).rmdir()
    assert list(installed_in_place(parts)) == [parts[0].part]


def test_settings_beside_the_playbook_are_named(project: Path) -> None:
    playbooks = [project / "playbooks/app.yml", project / "playbooks/back.yml", project / "site.yml"]
    assert list(other_settings(playbooks, project)) == []
    (project / "playbooks/ansible.cfg").write_text("[defaults]\n")
    (finding,) = other_settings(playbooks, project)
    assert (finding.file, finding.severity) == (str(project / "playbooks/ansible.cfg"), "warn")
    assert f"{project}/ansible.cfg is read" in finding.what
    (project / "ansible.cfg").unlink()
    assert "no ansible.cfg is read" in next(other_settings(playbooks, project)).what
    (project / "ansible.cfg").symlink_to("playbooks/ansible.cfg")
    assert list(other_settings(playbooks, project)) == []
