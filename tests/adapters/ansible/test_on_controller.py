"""Literal tasks on the controller are found before the start, wherever they stand; those that reach nobody are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.tree_check.lint import unsafe_constructs

TASKS = "- hosts: web\n  tasks:\n"


def found_in(folder: Path, files: dict[str, str]) -> list[tuple[str, int | None, str, str]]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [
        (Path(finding.file).name, finding.line, finding.kind, finding.undeclared)
        for finding in unsafe_constructs(folder / "site.yml", folder)
        if finding.undeclared
    ]


ROWS = [
    ("    - {command: id, delegate_to: localhost}", (3, "delegate_to", "localhost")),
    ("    - command: id\n      delegate_to: 127.0.0.1", (4, "delegate_to", "127.0.0.1")),
    ("    - local_action: command id", (3, "local_action", "localhost")),
    ("    - local_action: {module: command, cmd: id}", (3, "local_action", "localhost")),
    ("    - {command: id, connection: local}", (3, "connection", "localhost")),
    ("    - {command: id, connection: ansible.builtin.local}", (3, "connection", "localhost")),
    ("    - delegate_to: localhost\n      block:\n        - command: id", (3, "delegate_to", "localhost")),
    (
        "    - block:\n        - debug:\n      rescue:\n        - command: id\n          delegate_to: localhost",
        (7, "delegate_to", "localhost"),
    ),
    ("    - {uri: {url: http://x}, delegate_to: localhost, run_once: true}", (3, "delegate_to", "localhost")),
    ("    - {wait_for: {port: 80}, delegate_to: localhost}", (3, "delegate_to", "localhost")),
    (
        "    - include_tasks: {file: more.yml, apply: {delegate_to: localhost}}",
        (3, "delegate_to", "localhost"),
    ),
    ("    - {action: command id, delegate_to: localhost}", (3, "delegate_to", "localhost")),
]


@pytest.mark.parametrize(("tasks", "expected"), ROWS, ids=range(len(ROWS)))
def test_a_task_on_the_controller_is_found(
    tmp_path: Path, tasks: str, expected: tuple[int, str, str]
) -> None:
    assert found_in(tmp_path, {"site.yml": TASKS + tasks + "\n"}) == [("site.yml", *expected)]


PLACES = [
    {"site.yml": "- hosts: web\n  handlers:\n    - {name: h, command: id, delegate_to: localhost}\n"},
    {"site.yml": "- hosts: web\n  roles: [r]\n", "roles/r/tasks/main.yml": "- {command: id, delegate_to: localhost}\n"},
    {"site.yml": "- hosts: web\n  roles: [r]\n", "roles/r/handlers/main.yml": "- {command: id, delegate_to: localhost}\n"},
    {"site.yml": f"{TASKS}    - import_tasks: t.yml\n", "t.yml": "- {command: id, delegate_to: localhost}\n"},
    {"site.yml": f"{TASKS}    - include_tasks: t.yml\n", "t.yml": "- {command: id, delegate_to: localhost}\n"},
    {"site.yml": "- import_playbook: p.yml\n", "p.yml": f"{TASKS}    - {{command: id, delegate_to: localhost}}\n"},
    {"site.yml": "- hosts: web\n  roles: [{role: r, delegate_to: localhost}]\n", "roles/r/tasks/main.yml": "[]\n"},
    {"site.yml": f"{TASKS}    - import_role: {{name: r}}\n", "roles/r/tasks/main.yml": "- {command: id, connection: local}\n"},
]  # fmt: skip


@pytest.mark.parametrize("files", PLACES, ids=range(len(PLACES)))
def test_it_is_found_wherever_it_stands(tmp_path: Path, files: dict[str, str]) -> None:
    assert [row[3] for row in found_in(tmp_path, files)] == ["localhost"]


HARMLESS = [
    "    - {debug: {msg: x}, delegate_to: localhost}",
    "    - {set_fact: {a: 1}, delegate_to: localhost}",
    "    - {ansible.builtin.assert: {that: true}, connection: local}",
    "    - {add_host: {name: x}, delegate_to: localhost}",
    "    - local_action: debug msg=x",
    "    - {meta: flush_handlers}",
    "    - delegate_to: localhost\n      block:\n        - debug:\n        - {set_fact: {a: 1}}",
    "    - {command: id, delegate_to: '{{ somewhere }}'}",
    "    - {command: id, delegate_to: '{{ inventory_hostname }}'}",
    "    - {command: id, delegate_to: localhost, when: false}",
]


@pytest.mark.parametrize("tasks", HARMLESS, ids=range(len(HARMLESS)))
def test_what_reaches_nobody_or_cannot_be_foreseen_is_none(tmp_path: Path, tasks: str) -> None:
    assert found_in(tmp_path, {"site.yml": TASKS + tasks + "\n"}) == []


def test_a_play_over_the_controller_runs_only_where_it_is_declared(tmp_path: Path) -> None:
    play = "- hosts: localhost\n  tasks:\n    - {command: id, delegate_to: localhost}\n"
    assert found_in(tmp_path, {"site.yml": play}) == []


THERE = "- {command: id, delegate_to: localhost}\n"


@pytest.mark.parametrize("collection", ["", "ansible.builtin.", "ansible.legacy."])
@pytest.mark.parametrize(
    ("site", "file", "text"),
    [
        (TASKS + "    - {0}include_tasks: more.yml\n", "more.yml", THERE),
        (TASKS + "    - {0}import_tasks: {{file: more.yml}}\n", "more.yml", THERE),
        (TASKS + "    - {0}include_role: {{name: app}}\n", "roles/app/tasks/main.yml", THERE),
        ("- {0}import_playbook: more.yml\n", "more.yml", f"{TASKS}    {THERE}"),
        (TASKS + "    - {0}include_tasks: {{file: more.yml, apply: {{delegate_to: localhost}}}}\n", "more.yml", ""),
    ],
)  # fmt: skip
def test_ansibles_own_actions_are_known_by_each_of_their_names(
    tmp_path: Path, collection: str, site: str, file: str, text: str
) -> None:
    findings = found_in(tmp_path, {"site.yml": site.format(collection), file: text})
    assert [(kind, where) for _, _, kind, where in findings] == [("delegate_to", "localhost")]


@pytest.mark.parametrize("collection", ["", "ansible.builtin.", "ansible.legacy."])
def test_actions_that_reach_nobody_are_known_by_each_of_their_names(tmp_path: Path, collection: str) -> None:
    assert (
        found_in(tmp_path, {"site.yml": f"{TASKS}    - {collection}debug:\n      delegate_to: localhost\n"})
        == []
    )
