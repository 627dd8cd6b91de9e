"""Names made by templates: the check of a plan follows them to the files to which `orch init` follows them, and says which."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.adoption.reading import read_playbook
from orchestrator.adapters.ansible.tree_check.lint import unsafe_constructs
from orchestrator.adapters.ansible.tree_check.tree_findings import tree_findings
from orchestrator.domain.plan.inspection import PlaybookFinding
from tests.worlds.plans import plan_with

PAUSE = "- {name: Ask, pause: }\n- {name: Write, copy: {content: x, dest: /etc/asked}}\n"
POOL = "{% for host in groups['web'] %}{{ hostvars[host].ansible_default_ipv4.address }}{% endfor %}"
SITE = "- hosts: web\n  tasks:\n    - {0}\n"

# What the playbook does, the other files, and whether the files named so are followed: with `orch init` and in the check
ROWS: list[tuple[str, str, dict[str, str], str]] = [
    ("a variable of a group", "include_tasks: '{{ kind }}.yml'", {"group_vars/all.yml": "kind: asks\n"}, "asks.yml"),
    ("a part of a name", "include_tasks: 'tasks-{{ kind }}.yml'", {"group_vars/all.yml": "kind: a\n"}, "tasks-a.yml"),
    ("a fact, of which every value counts", "include_tasks: \"setup-{{ ansible_facts['os_family'] }}.yml\"", {},
     "setup-Debian.yml"),
    ("a variable of a task", "{include_tasks: '{{ kind }}.yml', vars: {kind: asks}}", {}, "asks.yml"),
    ("a choice", "include_tasks: \"{{ 'asks' if fast else 'other' }}.yml\"", {}, "asks.yml"),
    ("a name that only a run knows", "include_tasks: \"{{ lookup('pipe', 'kind') }}.yml\"", {}, ""),
    ("a name that nobody gives a value", "include_tasks: '{{ kind }}.yml'", {}, ""),
]  # fmt: skip


def site_of(folder: Path, task: str, files: dict[str, str]) -> Path:
    for name, text in {"playbooks/app.yml": SITE.replace("{0}", task), **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "playbooks/app.yml"


def foreseen(project: Path) -> list[PlaybookFinding]:
    return [
        finding
        for finding in tree_findings(plan_with(kind="big-bang"), project)
        if "is a template" in finding.what
    ]


@pytest.mark.parametrize(
    ("task", "files", "leads_to"), [row[1:] for row in ROWS], ids=[row[0].replace(" ", "-") for row in ROWS]
)
def test_both_follow_a_name_to_the_same_file(
    tmp_path: Path, task: str, files: dict[str, str], leads_to: str
) -> None:
    asking = {f"playbooks/{leads_to}": PAUSE} if leads_to else {}
    playbook = site_of(tmp_path, task, {**files, **asking})
    read_by_init = {change.name for change in read_playbook("playbooks/app.yml", tmp_path).changes}
    constructs = unsafe_constructs(playbook, tmp_path)
    assert read_by_init == ({"/etc/asked"} if leads_to else set())
    # Whether a run reads the file nobody knows before it: so nothing is refused for it.
    expected = [(str(tmp_path / "playbooks" / leads_to), "pause", "warn")] if leads_to else []
    assert [(each.file, each.kind, each.severity) for each in constructs] == expected
    (warning,) = foreseen(tmp_path)
    words = f"{leads_to} was looked at, by the values in the tree, and nothing else"
    assert (words if leads_to else "nothing of what it leads to was looked at") in warning.what


def test_a_role_by_a_template_is_followed(tmp_path: Path) -> None:
    files = {"group_vars/all.yml": "kind: asking\n", "roles/asking/tasks/main.yml": PAUSE}
    playbook = site_of(tmp_path, "include_role: {name: '{{ kind }}'}", files)
    assert [(each.kind, each.severity) for each in unsafe_constructs(playbook, tmp_path)] == [
        ("pause", "warn")
    ]
    (warning,) = foreseen(tmp_path)
    assert "asking was looked at" in warning.what


def test_what_a_literal_name_leads_to_too_is_refused_as_before(tmp_path: Path) -> None:
    files = {"group_vars/all.yml": "kind: asks\n", "playbooks/asks.yml": PAUSE}
    playbook = site_of(tmp_path, "include_tasks: '{{ kind }}.yml'\n    - include_tasks: asks.yml", files)
    assert [(each.kind, each.severity) for each in unsafe_constructs(playbook, tmp_path)] == [
        ("pause", "refuse")
    ]


@pytest.mark.parametrize(
    ("task", "files", "is_read"),
    [
        ("template: {src: pool.j2, dest: /etc/pool}", {}, True),
        ("template: src=pool.j2 dest=/etc/pool", {}, True),
        ("template: {src: '{{ pool }}', dest: /etc/pool}", {"group_vars/all.yml": "pool: pool.j2\n"}, True),
        ("template: {src: '{{ pool }}', dest: /etc/pool}", {"group_vars/all.yml": "pool: other.j2\n"}, False),
        ("template: {src: '{{ pool }}', dest: /etc/pool}", {}, False),
        ("{template: {src: '{{ item }}.j2', dest: /etc/pool}, loop: [other, pool]}", {}, True),
        ("{template: {src: '{{ item.from }}', dest: /etc/pool}, loop: [{from: pool.j2}]}", {}, True),
        ("copy: {src: '{{ pool }}', dest: /etc/pool}", {"group_vars/all.yml": "pool: pool.j2\n"}, False),
    ],
)
def test_the_template_that_a_variable_names_is_read(
    tmp_path: Path,
    task: str,
    files: dict[str, str],
    is_read: bool,  # noqa: FBT001 - a column of the table
) -> None:
    playbook = site_of(tmp_path, task, {"playbooks/templates/pool.j2": POOL, **files})
    warnings = [each.what for each in unsafe_constructs(playbook, tmp_path) if each.kind == "template"]
    assert [what[: len("template pool.j2")] for what in warnings] == (["template pool.j2"] if is_read else [])


def test_a_playbook_without_such_names_is_read_once(tmp_path: Path) -> None:
    playbook = site_of(tmp_path, "copy: {content: '{{ x }}', dest: /y}", {})
    assert unsafe_constructs(playbook, tmp_path) == []
    assert foreseen(tmp_path) == []
