"""The collections that a project names, with their versions, wherever Ansible would find them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.collections_used import collections_used, package_folders
from orchestrator.adapters.ansible.installation import AnsibleInstallation

PLAY = "- hosts: all\n  tasks:\n"


def collection(root: Path, name: str, version: str | None, **depends: str) -> None:
    place = root / "ansible_collections" / name.replace(".", "/")
    place.mkdir(parents=True)
    if version is not None:
        known = {"collection_info": {"version": version, "dependencies": depends}}
        (place / "MANIFEST.json").write_text(json.dumps(known))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "ansible.cfg").write_text("[defaults]\ncollections_path = here\n")
    return tmp_path


def used(project: Path, play: str, installed: Path | None = None) -> dict[str, str]:
    (project / "playbooks/site.yml").write_text(play)
    folders = () if installed is None else (installed,)
    return {
        each.name: each.version
        for each in collections_used(project, ["playbooks/site.yml"], "inventories", folders)
    }


NAMED = {
    "a module": PLAY + "    - community.general.ini_file: {path: /x}\n",
    "a role": "- hosts: all\n  roles: [community.general.web]\n",
    "an included role": PLAY + "    - include_role: {name: community.general.web}\n",
    "the keyword": "- hosts: all\n  collections: [community.general]\n",
    "a filter": PLAY + "    - debug: {msg: \"{{ x | community.general.json_query('a') }}\"}\n",
    "a lookup": PLAY + "    - debug: {msg: \"{{ lookup('community.general.dig', 'a') }}\"}\n",
}


@pytest.mark.parametrize("play", NAMED.values(), ids=NAMED)
def test_whatever_names_a_collection_is_seen(project: Path, play: str) -> None:
    collection(project / "here", "community.general", "8.1.0")
    collection(project / "here", "community.mysql", "3.0.0")
    assert used(project, play) == {"community.general": "8.1.0"}


def test_names_in_roles_variables_and_settings_count(project: Path) -> None:
    for name in ("a.role", "a.vars", "a.callback", "a.none"):
        collection(project / "here", name, "1.0.0")
    (project / "roles/web/tasks").mkdir(parents=True)
    (project / "roles/web/tasks/main.yml").write_text("- a.role.do: {}\n")
    (project / "playbooks/group_vars").mkdir()
    (project / "playbooks/group_vars/all.yml").write_text('x: "{{ 1 | a.vars.twice }}"\n')
    with (project / "ansible.cfg").open("a") as cfg:
        cfg.write("callbacks_enabled = a.callback.timer\nroles_path = roles\n")
    assert used(project, "- hosts: all\n  roles: [web]\n").keys() == {"a.role", "a.vars", "a.callback"}


def test_what_a_collection_depends_on_is_used_too(project: Path) -> None:
    collection(project / "here", "a.one", "1.0.0", **{"a.two": ">=1"})
    collection(project / "here", "a.two", "2.0.0", **{"a.one": "*", "a.gone": "*"})
    assert used(project, PLAY + "    - a.one.do: {}\n") == {"a.one": "1.0.0", "a.two": "2.0.0"}


def test_the_nearest_is_the_one_that_ansible_takes(project: Path, tmp_path: Path) -> None:
    play = PLAY + "    - a.one.do: {}\n"
    collection(tmp_path / "packages", "a.one", "1.0.0")
    assert used(project, play, tmp_path / "packages") == {"a.one": "1.0.0"}
    collection(project / "here", "a.one", "2.0.0")
    assert used(project, play, tmp_path / "packages") == {"a.one": "2.0.0"}
    collection(project / "playbooks/collections", "a.one", "3.0.0")
    assert used(project, play, tmp_path / "packages") == {"a.one": "3.0.0"}


VERSIONS = {
    "of a checkout": ({"galaxy.yml": "namespace: a\nversion: '1.2.3' # next\n"}, "1.2.3"),
    "of a checkout without one": ({"galaxy.yml": "namespace: a\n"}, ""),
    "of nothing": ({}, ""),
    "of the manifest first": (
        {"MANIFEST.json": '{"collection_info": {"version": "2.0.0"}}', "galaxy.yml": "version: 1.0.0"},
        "2.0.0",
    ),
    "of a manifest that is none": ({"MANIFEST.json": "[]"}, ""),
    "of a manifest that is no JSON": ({"MANIFEST.json": "{", "galaxy.yml": "version: 1.0.0"}, "1.0.0"),
    "that is no version": ({"MANIFEST.json": '{"collection_info": {"version": "\\u001b[2J"}}'}, ""),
    "that is a number": ({"MANIFEST.json": '{"collection_info": {"version": 2}}'}, ""),
}


@pytest.mark.parametrize(("files", "version"), VERSIONS.values(), ids=VERSIONS)
def test_the_version(project: Path, files: dict[str, str], version: str) -> None:
    collection(project / "here", "a.one", None)
    for name, text in files.items():
        (project / "here/ansible_collections/a/one" / name).write_text(text)
    assert used(project, PLAY + "    - a.one.do: {}\n") == {"a.one": version}


def test_a_project_without_any_names_none(project: Path) -> None:
    assert (
        used(project, PLAY + "    - ansible.builtin.command: /bin/true\n    - shell: python os.path.join\n")
        == {}
    )


def test_packages_lie_beside_the_python_of_an_ansible(tmp_path: Path) -> None:
    site = tmp_path / "lib/python3.12/site-packages"
    site.mkdir(parents=True)
    python = tmp_path / "bin/python"
    there = AnsibleInstallation(python, python.parent / "ansible-playbook", "2.20.1", "3.12.4", "named")
    assert package_folders(there) == (site,)
