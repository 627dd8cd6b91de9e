"""Roles and playbooks of collections are looked into as others are, and a collection that is not there is named."""

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.tree_check.lint import unsafe_constructs
from orchestrator.adapters.ansible.tree_check.missing_collections import missing_collections
from orchestrator.adapters.ansible.tree_check.outside import Grounds, roles_path

PAUSE = "- name: Ask\n  pause:\n"
ROLE = "collections/ansible_collections/acme/shop/roles/web"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "site.yml"


LOOKED_INTO = [
    ({"site.yml": "- hosts: web\n  roles: [acme.shop.web]\n"}, f"{ROLE}/tasks/main.yml"),
    (
        {"site.yml": "- hosts: web\n  tasks:\n    - import_role: {name: acme.shop.web}\n"},
        f"{ROLE}/tasks/main.yml",
    ),
    ({"site.yml": "- hosts: web\n  collections: [acme.shop]\n  roles: [web]\n"}, f"{ROLE}/tasks/main.yml"),
    (
        {"site.yml": "- hosts: web\n  tasks:\n    - include_role: {name: acme.shop.web, tasks_from: more}\n"},
        f"{ROLE}/tasks/more.yml",
    ),
    (
        {"site.yml": "- hosts: web\n  tasks:\n    - include_role: name=web tasks_from=more.yml\n"},
        "roles/web/tasks/more.yml",
    ),
    (
        {
            "site.yml": "- import_playbook: acme.shop.deploy\n",
            "collections/ansible_collections/acme/shop/playbooks/deploy.yml": "- hosts: web\n  tasks:\n  - pause:\n",
        },
        "collections/ansible_collections/acme/shop/playbooks/deploy.yml",
    ),
    (
        {
            "site.yml": "- hosts: web\n  roles: [acme.shop.web]\n",
            "ansible.cfg": "[defaults]\ncollections_path = galaxy\n",
            f"galaxy/{ROLE.removeprefix('collections/')}/handlers/main.yml": PAUSE,
        },
        f"galaxy/{ROLE.removeprefix('collections/')}/handlers/main.yml",
    ),
    (
        {
            "site.yml": "- hosts: web\n  roles: [geerlingguy.nginx]\n",
            "ansible.cfg": "[defaults]\nroles_path = galaxy:roles\n",
            "galaxy/geerlingguy.nginx/tasks/main.yml": PAUSE,
        },
        "galaxy/geerlingguy.nginx/tasks/main.yml",
    ),
]


@pytest.mark.parametrize(("files", "where"), LOOKED_INTO)
def test_it_looks_into_roles_and_playbooks_of_collections(
    tmp_path: Path, files: dict[str, str], where: str
) -> None:
    playbook = write(tmp_path, {where: PAUSE, **files})
    findings = [(finding.file, finding.kind) for finding in unsafe_constructs(playbook, tmp_path)]
    assert findings == [(str(tmp_path / where), "pause")]


MISSING = [
    ("- hosts: web\n  tasks:\n    - acme.none.thing: {}\n", "acme.none", 3, "refuse"),
    ("- hosts: web\n  roles: [acme.none.web]\n", "acme.none", 2, "refuse"),
    ("- hosts: web\n  tasks:\n    - include_role: {name: acme.none.web}\n", "acme.none", 3, "refuse"),
    ("- hosts: web\n  tasks:\n    - ping:\n      with_acme.none.all: [x]\n", "acme.none", 4, "refuse"),
    ("- hosts: web\n  collections: [acme.none]\n", "acme.none", 2, "warn"),
    (
        "- hosts: web\n  tasks:\n    - debug: {msg: \"{{ lookup('acme.none.l', 'x') }}\"}\n",
        "acme.none",
        3,
        "warn",
    ),
    ("- hosts: web\n  tasks:\n    - debug: {msg: '{{ x | acme.none.f }}'}\n", "acme.none", 3, "warn"),
    ("- hosts: web\n  tasks:\n    - command: id\n      when: x is not acme.none.t\n", "acme.none", 4, "warn"),
]


@pytest.mark.parametrize(("text", "name", "line", "severity"), MISSING)
def test_a_collection_that_is_not_there(
    tmp_path: Path, text: str, name: str, line: int, severity: str
) -> None:
    playbook = write(tmp_path, {"site.yml": text, "requirements.yml": "collections: [acme.other]\n"})
    (finding,) = missing_collections([playbook], Grounds.of(tmp_path, ()), roles_path(tmp_path))
    assert (finding.line, finding.severity) == (line, severity)
    assert f"the collection {name} is not there; a run looks for it in {tmp_path}/collections" in finding.what
    assert f"`ansible-galaxy collection install {name} -p collections`" in finding.next_move


def test_requirements_that_list_it_are_named(tmp_path: Path) -> None:
    text = "- hosts: web\n  tasks:\n    - acme.none.thing: {}\n    - acme.none.other: {}\n"
    files = {"playbooks/site.yml": text, "collections/requirements.yml": "collections: [{name: acme.none}]\n"}
    write(tmp_path, files)
    (finding,) = missing_collections([tmp_path / "playbooks/site.yml"], Grounds.of(tmp_path, ()), ())
    command = "ansible-galaxy collection install -r collections/requirements.yml -p playbooks/collections"
    assert f"`{command}`" in finding.next_move


@pytest.mark.parametrize(
    "task",
    [
        "ansible.builtin.command: id",
        "ansible.posix.synchronize: {}",
        "acme.shop.thing: {}",
        "ping: {}, with_acme.shop.all: [x]",
        "command: cat x | a.b.c",
        "include_role: {name: site.common.base}",
        "debug: {msg: '{{ x.y.z | default(a.b.c) }}'}",
    ],
)
def test_what_is_there_is_not_named(tmp_path: Path, task: str) -> None:
    files = {f"{ROLE}/tasks/main.yml": "[]\n", "roles/site.common.base/tasks/main.yml": "[]\n"}
    playbook = write(tmp_path, {"site.yml": f"- hosts: web\n  tasks:\n    - {task}\n", **files})
    there = tmp_path / "lib/ansible_collections/ansible/posix"
    there.mkdir(parents=True)
    grounds = Grounds(tmp_path, installed=(tmp_path / "lib",))
    assert list(missing_collections([playbook], grounds, roles_path(tmp_path))) == []
