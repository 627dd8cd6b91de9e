"""Modules are looked into ahead of runs by the names that a project's files hold."""

from __future__ import annotations

import os
from pathlib import Path

import ansible
import pytest

from orchestrator.adapters.ansible.accelerator.modules_named import modules_named
from orchestrator.adapters.ansible.warm.protocol import AHEAD, LONGEST_MESSAGE, PARTS, parts_of, project_of

MODULES = Path(ansible.__file__).parent / "modules"

TABLE = [
    ("- hosts: all\n  tasks: []\n", set()),
    ("- hosts: all\n  tasks:\n    - cron: {name: a}\n", {"cron"}),
    ("- ansible.builtin.lineinfile:\n    path: /a\n", {"lineinfile"}),
    ("- {name: x, ansible.legacy.ping: }\n", {"ping"}),
    ('[{"get_url": {}}]', {"get_url"}),
    ("- action: hostname name=a\n", {"hostname"}),
    ("- local_action:\n    module: uri\n", {"uri"}),
    ("- template: {src: a, dest: b}\n", {"copy", "file"}),
    ("- shell: echo\n", {"command"}),
    ("- community.general.ufw: {}\n", set()),
    ("orch: 1\nroles: {deployment manager: Ada Berg}\nuser: x\n", set()),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_named(tmp_path: Path, text: str, expected: set[str]) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "deploy.yml").write_text(text)
    named = modules_named(tmp_path, MODULES)
    assert named is not None
    assert set(named) == expected | {"setup", "stat"}


@pytest.mark.parametrize("key", ["roles", "include_role", "import_role", "collections"])
def test_tasks_that_can_be_elsewhere_are_not_known(tmp_path: Path, key: str) -> None:
    (tmp_path / "deploy.yml").write_text(f"- hosts: all\n  {key}: [web]\n")
    assert modules_named(tmp_path, MODULES) is None


def test_what_is_no_playbook_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "deploy.txt").write_text("- cron: {}\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "deploy.yml").write_text("- cron: {}\n")
    (tmp_path / "gone.yml").symlink_to("nowhere")
    assert modules_named(tmp_path, MODULES) == ("setup", "stat")


@pytest.mark.parametrize("project", ["/srv/a project of ours", "/srv/\udcff", "/" + "x" * LONGEST_MESSAGE])
def test_a_zygote_hears_of_which_project(project: str) -> None:
    word = parts_of(project)
    assert len(word) <= LONGEST_MESSAGE
    assert project_of(word) == (project if len(os.fsencode(project)) < LONGEST_MESSAGE - 9 else "")


@pytest.mark.parametrize("message", [AHEAD, b"/srv/parts of mine", b"parts/of"])
def test_other_messages_name_no_project(message: bytes) -> None:
    assert project_of(message) is None


def test_the_word_alone_names_none() -> None:
    assert project_of(PARTS) == ""
