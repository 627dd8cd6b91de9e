"""What the lint finds in the lying playbooks, at which line, and how grave it is; and that it leaves honest ones alone."""

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.tree_check.lint import unsafe_constructs

LYING = Path(__file__).parents[2] / "cases/lying"

# playbook, then line, kind and severity of each finding
ROWS: list[tuple[str, list[tuple[int, str, str]]]] = [
    ("honest.yml", []),
    ("async_awaited.yml", [(7, "poll", "warn")]),
    ("async_never_awaited.yml", [(9, "poll", "warn")]),
    ("ignore_errors.yml", [(8, "ignore_errors", "warn")]),
    ("ignore_unreachable.yml", [(3, "ignore_unreachable", "refuse")]),
    ("rescue.yml", [(9, "rescue", "warn")]),
    ("failed_when_false.yml", [(8, "failed_when", "warn")]),
    ("check_mode.yml", [(3, "check_mode", "refuse")]),
    ("run_once.yml", [(6, "run_once", "warn")]),
    ("pool_of_the_wave.yml", [(4, "ansible_play_hosts", "warn")]),
    ("delegate_outside.yml", [(8, "delegate_to", "warn")]),
    ("local_connection.yml", [(3, "connection", "refuse")]),
    ("pause_prompt.yml", [(7, "ansible.builtin.pause", "refuse")]),
    ("vars_prompt.yml", [(3, "vars_prompt", "refuse")]),
    ("max_fail_percentage.yml", [(3, "serial", "warn"), (4, "max_fail_percentage", "warn")]),
    ("clear_host_errors.yml", [(10, "ansible.builtin.meta", "refuse")]),
    ("end_play.yml", [(5, "ansible.builtin.meta", "warn")]),
    ("added_host.yml", [(7, "ansible.builtin.add_host", "warn")]),
    ("syntax_error.yml", []),
    ("task_vars_local.yml", [(8, "ansible_connection", "warn")]),
    ("block_vars_local.yml", [(6, "ansible_connection", "warn")]),
    ("legacy_local_connection.yml", [(8, "connection", "refuse")]),
    ("task_vars_other_host.yml", [(6, "hostvars", "warn"), (8, "ansible_host", "warn")]),
    (
        "set_fact_there_and_back.yml",
        [(6, "hostvars", "warn"), (6, "ansible_host", "warn"), (9, "ansible_host", "warn")],
    ),
    ("include_vars_other_host.yml", [(1, "ansible_host", "warn")]),
    ("role_vars_other_host.yml", [(1, "ansible_host", "warn")]),
    (
        "added_over_itself.yml",
        [
            (6, "ansible.builtin.add_host", "warn"),
            (6, "ansible_play_hosts", "warn"),
            (6, "hostvars", "warn"),
            (6, "ansible_host", "warn"),
        ],
    ),
    ("ssh_executable.yml", [(8, "ansible_ssh_executable", "warn")]),
    ("ssh_proxy_command.yml", [(3, "ansible_ssh_extra_args", "warn")]),
    (
        "unpinned.yml",
        [
            (9, "hostvars", "warn"),
            (4, "ansible_ssh_args", "warn"),
            (5, "ansible_host_key_checking", "warn"),
            (11, "ansible_host", "warn"),
        ],
    ),
    ("masked_by_arithmetic.yml", [(8, "failed_when", "warn")]),
    ("masked_beside_a_look.yml", [(9, "failed_when", "warn")]),
    ("says_what_a_failure_is.yml", []),
]


@pytest.mark.parametrize(("playbook", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_findings(playbook: str, expected: list[tuple[int, str, str]]) -> None:
    constructs = unsafe_constructs(LYING / playbook, LYING)
    assert [(construct.line, construct.kind, construct.severity) for construct in constructs] == expected
    assert all(
        construct.file.startswith(str(LYING)) and construct.what and construct.next_move
        for construct in constructs
    )


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "site.yml"


PAUSE = "- name: Ask\n  pause:\n"


@pytest.mark.parametrize(
    ("files", "where"),
    [
        (
            {"site.yml": "- hosts: web\n  roles: [shop]\n", "roles/shop/tasks/main.yml": PAUSE},
            "roles/shop/tasks/main.yml",
        ),
        (
            {
                "site.yml": "- hosts: web\n  roles:\n    - role: shop\n",
                "roles/shop/handlers/main.yaml": PAUSE,
            },
            "roles/shop/handlers/main.yaml",
        ),
        (
            {"site.yml": "- hosts: web\n  tasks:\n    - include_tasks: more.yml\n", "more.yml": PAUSE},
            "more.yml",
        ),
        (
            {
                "site.yml": "- hosts: web\n  tasks:\n    - ansible.builtin.import_tasks: {file: more.yml}\n",
                "more.yml": PAUSE,
            },
            "more.yml",
        ),
        (
            {
                "site.yml": "- hosts: web\n  tasks:\n    - import_role: {name: shop}\n",
                "roles/shop/tasks/main.yml": PAUSE,
            },
            "roles/shop/tasks/main.yml",
        ),
        (
            {
                "site.yml": "- import_playbook: other.yml\n",
                "other.yml": "- hosts: web\n  tasks:\n    - {name: Ask, pause: }\n",
            },
            "other.yml",
        ),
        (
            {
                "site.yml": "- hosts: web\n  tasks:\n  - block:\n    - block: []\n      always:\n      - {pause: }\n"
            },
            "site.yml",
        ),
        (
            {
                "site.yml": "- hosts: web\n  roles: [shop]\n",
                "roles/shop/tasks/main.yml": "- include_tasks: sub/deep.yml\n",
                "roles/shop/tasks/sub/deep.yml": PAUSE,
            },
            "roles/shop/tasks/sub/deep.yml",
        ),
    ],
)
def test_it_looks_into_what_is_included(tmp_path: Path, files: dict[str, str], where: str) -> None:
    constructs = unsafe_constructs(write(tmp_path, files), tmp_path)
    assert [(construct.file, construct.kind) for construct in constructs] == [
        (str(tmp_path / where), "pause")
    ]


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    playbook = write(
        tmp_path,
        {
            "site.yml": "- hosts: web\n  tasks:\n    - include_tasks: a.yml\n",
            "a.yml": "- include_tasks: a.yml\n",
        },
    )
    assert unsafe_constructs(playbook, tmp_path) == []


def test_a_template_that_needs_the_facts_of_others(tmp_path: Path) -> None:
    files = {
        "site.yml": "- hosts: lb\n  tasks:\n    - template: {src: pool.j2, dest: /etc/pool}\n",
        "templates/pool.j2": "{% for h in groups['web'] %}{{ hostvars[h].ansible_default_ipv4.address }}{% endfor %}",
    }
    constructs = unsafe_constructs(write(tmp_path, files), tmp_path)
    assert [(construct.line, construct.kind, construct.severity) for construct in constructs] == [
        (3, "template", "warn")
    ]


def test_what_is_copied_is_no_template_and_is_not_read(tmp_path: Path) -> None:
    files = {"site.yml": "- hosts: lb\n  tasks:\n    - copy: {src: pool.j2, dest: /etc/pool}\n"}
    playbook = write(tmp_path, files)
    (tmp_path / "pool.j2").write_text("{{ ansible_play_hosts }}")
    assert unsafe_constructs(playbook, tmp_path) == []


def test_a_roles_path_within_the_project_is_looked_into(tmp_path: Path) -> None:
    files = {
        "site.yml": "- hosts: web\n  roles: [hello]\n",
        "ansible.cfg": "[defaults]\nroles_path = own\n",
        "own/hello/tasks/main.yml": PAUSE,
    }
    assert [finding.kind for finding in unsafe_constructs(write(tmp_path, files), tmp_path)] == ["pause"]


SHADOWS = [
    {"callback_plugins/orch_evidence.py": ""},
    {"cb/orch_evidence.py": "", "ansible.cfg": "[defaults]\ncallback_plugins = other:cb\n"},
    {"roles/shop/library/raw.py": "", "roles/shop/tasks/main.yml": ""},
    {"connection_plugins/ssh.py": ""},
]


@pytest.mark.parametrize("files", SHADOWS)
def test_a_plugin_with_a_name_that_orch_needs_is_named(tmp_path: Path, files: dict[str, str]) -> None:
    playbook = write(tmp_path, {"site.yml": "- hosts: web\n  roles: [shop]\n", **files})
    findings = unsafe_constructs(playbook, tmp_path)
    assert [(finding.file, finding.severity) for finding in findings] == [
        (str(tmp_path / next(iter(files))), "warn")
    ]


@pytest.mark.parametrize(
    "task",
    [
        "pause: {seconds: 5}",
        "{name: Probe, command: which shop, failed_when: false, changed_when: false}",
        "{command: id, delegate_to: '{{ inventory_hostname }}'}",
        "{command: id, failed_when: result.rc not in [0, 1]}",
        "{command: id, run_once: false}",
        "{command: 'echo {{ hostvars[inventory_hostname].x }}'}",
        "{command: id, vars: {secret: !vault abc}}",
    ],
)
def test_what_is_no_finding(tmp_path: Path, task: str) -> None:
    playbook = write(tmp_path, {"site.yml": f"- hosts: web\n  tasks:\n    - {task}\n"})
    assert unsafe_constructs(playbook, tmp_path) == []


@pytest.mark.parametrize(
    "text", ["", "- [", "a: b", "- 1", "\x00", "- hosts: web\n  tasks: 5\n", "- hosts: web\n  roles: x\n"]
)
def test_what_is_no_playbook_is_left_to_ansible(tmp_path: Path, text: str) -> None:
    assert unsafe_constructs(write(tmp_path, {"site.yml": text}), tmp_path) == []
    assert unsafe_constructs(tmp_path / "missing.yml", tmp_path) == []
