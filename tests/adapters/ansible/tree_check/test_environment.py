"""What a tree reads from the environment is named with its line, unless the plan has it passed; empty users are refused."""

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.tree_check.environment import readings
from orchestrator.adapters.ansible.tree_check.tree_findings import tree_findings
from orchestrator.adapters.ansible.tree_check.users import empty_users
from orchestrator.domain.plan.release_plan import ReleasePlan
from tests.worlds.plans import plan_with

READS: list[tuple[str, list[tuple[int, str, str]]]] = [
    ("x: \"{{ lookup('env', 'DB') }}\"", [(1, "lookup env", "DB")]),
    ('x: \'{{ lookup("env", "DB") }}\'', [(1, "lookup env", "DB")]),
    ("x: \"{{ lookup('ansible.builtin.env', 'DB') }}\"", [(1, "lookup env", "DB")]),
    ("x: \"{{ q('env', 'DB') }}\"", [(1, "lookup env", "DB")]),
    ("x: \"{{ query( 'env' , 'A', 'B' ) }}\"", [(1, "lookup env", "A"), (1, "lookup env", "B")]),
    ('x: "{{ lookup(\\"env\\", \\"DB\\") }}"', [(1, "lookup env", "DB")]),
    ("x: '{{ lookup(''env'', ''DB'') }}'", [(1, "lookup env", "DB")]),
    ("x: >-\n  {{ lookup(\n    'env',\n    'DB') }}", [(2, "lookup env", "DB")]),
    ("x: \"{{ lookup('env', name) }}\"", [(1, "lookup env", "")]),
    ("x: \"{{ lookup('env', 'DB', default='y') }}\"", [(1, "lookup env", "DB")]),
    ("with_env: [A, B]", [(1, "with_env", "A"), (1, "with_env", "B")]),
    ("with_ansible.builtin.env:\n  - A", [(1, "with_env", "")]),
    ("x: \"{{ lookup('pipe', 'echo $DB ${OTHER}') }}\"", [(1, "lookup pipe", "DB"), (1, "lookup pipe", "OTHER")]),
    ("x: \"{{ lookup('pipe', 'date +%s') }}\"", []),
    ("x: \"{{ '$DB/x' | expandvars }}\"", [(1, "expandvars", "DB")]),
    ("# x: \"{{ lookup('env', 'DB') }}\"", []),
    ("x: \"{{ lookup('file', 'env') }}\"", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READS)
def test_every_way_to_read_the_environment_is_seen(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert [(reading.line, reading.kind, reading.name) for reading in readings(text)] == expected


EMPTY: list[tuple[str, list[int]]] = [
    ('- hosts: web\n  remote_user: ""\n', [2]),
    ("- hosts: web\n  become_user:\n  tasks: []\n", [2]),
    ("vars: {ansible_user: '', x: 1}\n", [1]),
    ("ansible_become_user: ~\n", [1]),
    ("ansible_ssh_user: null # none\n", [1]),
    ("web1 ansible_user= ansible_port=22\n", [1]),
    ('[all:vars]\nansible_user=""\n', [2]),
    ("[all:vars]\nansible_user=\n", [2]),
    ("remote_user: deploy\nbecome_user: 'app'\n", []),
    ("remote_user:\n  deploy\n", []),
    ("# ansible_user=\nmy_ansible_user: ''\n", []),
    ("become_user: \"{{ x | default('') }}\"\n", []),
]


@pytest.mark.parametrize(("text", "lines"), EMPTY)
def test_an_empty_user_is_refused_where_it_is_written(text: str, lines: list[int]) -> None:
    findings = list(empty_users(Path("x"), text))
    assert [finding.line for finding in findings] == lines
    assert {finding.severity for finding in findings} <= {"refuse"}


FILES = {
    "inventories/test": "[all]\nweb1 x=\"{{ lookup('env', 'OF_INVENTORY') }}\"\n",
    "inventories/group_vars/all.yml": "y: \"{{ lookup('env', 'OF_GROUP') }}\"\n",
    "playbooks/app.yml": (
        "- hosts: web\n  roles: [shop]\n  vars_files: [more.yml]\n  tasks:\n"
        "    - ansible.builtin.copy: {content: \"{{ lookup('env', 'OF_TASK') }} {{ lookup('env', 'HOME') }}\", dest: /x}\n"
        "    - ansible.builtin.template: {src: beside.j2, dest: /y}\n"
        "    - ansible.builtin.shell: echo $OF_SHELL $PWD; X=1; echo $X\n      delegate_to: localhost\n"
        "    - ansible.builtin.shell: echo $OF_HOST\n"
        "    - ansible.builtin.debug: {msg: '{{ ansible_env.HOME }}'}\n      delegate_to: localhost\n"
        "    - ansible.builtin.debug: {msg: '{{ ansible_env.HOME }}'}\n"
    ),
    "playbooks/more.yml": "z: \"{{ lookup('env', 'OF_VARS_FILE') }}\"\n",
    "playbooks/templates/beside.j2": "{{ lookup('env', 'OF_TEMPLATE') }}\n",
    "playbooks/roles/shop/tasks/main.yml": "- ansible.builtin.debug: {msg: \"{{ q('env', 'OF_ROLE') }}\"}\n",
    "playbooks/roles/shop/defaults/main.yml": "d: \"{{ lookup('env', 'OF_DEFAULTS') }}\"\n",
    "playbooks/roles/shop/templates/conf.j2": "{{ lookup('env', 'OF_ROLE_TEMPLATE') }}\n",
    "playbooks/roles/shop/files/text": "{{ lookup('env', 'OF_A_FILE') }}\n",
    "rollback/app.yml": "- hosts: web\n  become_user: \"{{ lookup('env', 'OF_USER') }}\"\n",
    "ansible.cfg": "[defaults]\nroles_path = $OF_SETTINGS/roles\n",
}


def _found(project: Path, plan: ReleasePlan) -> set[tuple[str, str]]:
    for name, text in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    findings = tree_findings(plan, project)
    return {(finding.what.split()[1], finding.severity) for finding in findings if finding.line}


def test_every_file_that_a_run_can_load_is_looked_at(tmp_path: Path) -> None:
    warned = (
        "OF_INVENTORY", "OF_GROUP", "OF_TASK", "OF_VARS_FILE", "OF_TEMPLATE", "OF_ROLE", "OF_DEFAULTS",
        "OF_ROLE_TEMPLATE", "OF_SHELL", "OF_SETTINGS", "a",
    )  # fmt: skip
    expected = {*((name, "warn") for name in warned), ("OF_USER", "refuse")}
    assert _found(tmp_path, plan_with(kind="big-bang")) == expected


PASSWORD = "{{ lookup('password', '../credentials/' ~ inventory_hostname ~ '/db') }}"


@pytest.mark.parametrize(
    ("file", "outputs", "refused"),
    [
        ("playbooks/app.yml", (), True),
        ("playbooks/app.yml", ("credentials",), False),
        ("playbooks/app.yml", ("credential",), True),
        ("playbooks/roles/shop/templates/conf.j2", (), True),
        ("inventories/group_vars/all.yml", (), True),
        ("inventories/group_vars/all.yml", ("credentials",), False),
    ],
)
def test_a_password_that_is_kept_in_the_project_needs_a_place(
    tmp_path: Path, file: str, outputs: tuple[str, ...], *, refused: bool
) -> None:
    plan = plan_with(kind="big-bang")
    resources = plan.resources.model_copy(update={"outputs": outputs})
    _found(tmp_path, plan)
    (tmp_path / file).write_text((tmp_path / file).read_text() + f'# {{# #}}\n  x: "{PASSWORD}"\n')
    findings = tree_findings(plan.model_copy(update={"resources": resources}), tmp_path)
    named = [finding for finding in findings if finding.kind == "lookup password"]
    assert [finding.severity for finding in named] == ["refuse"] * refused


def test_what_the_plan_passes_is_not_named(tmp_path: Path) -> None:
    plan = plan_with(kind="big-bang")
    passed = ("OF_TASK", "OF_USER", "OF_SHELL", "OF_TEMPLATE")
    resources = plan.resources.model_copy(update={"pass_environment": passed})
    named = {name for name, _ in _found(tmp_path, plan.model_copy(update={"resources": resources}))}
    assert not named & set(passed)
    assert "OF_ROLE" in named
