"""Facts read as variables of their own: in which files, at which line, how many, and what is none."""

import json
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.tree_check.lint import unsafe_constructs
from orchestrator.domain.evidence.fact_names import INJECTED, undefined_facts
from tests.adapters.ansible.local_runs import told_by

PLAY = "- hosts: web\n  roles: [shop]\n"


def facts_in(folder: Path, files: dict[str, str]) -> list[tuple[str, int | None, str, str]]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return [
        (str(Path(finding.file).relative_to(folder)), finding.line, finding.kind, finding.severity)
        for finding in unsafe_constructs(folder / "site.yml", folder)
        if finding.allowed_by == "injected_facts"
    ]


FOUND = [
    (
        {
            "site.yml": "- hosts: web\n  tasks:\n    - command: id\n      when: ansible_os_family == 'Debian'\n"
        },
        [("site.yml", 4, "ansible_os_family", "refuse")],
    ),
    (
        {"site.yml": PLAY, "roles/shop/tasks/main.yml": "- include_vars: '{{ ansible_distribution }}.yml'\n"},
        [("roles/shop/tasks/main.yml", 1, "ansible_distribution", "refuse")],
    ),
    (
        {
            "site.yml": PLAY,
            "roles/shop/templates/a/x.conf.j2": "# {{ ansible_managed }}\nbind {{ ansible_eth0.ipv4 }}",
        },
        [("roles/shop/templates/a/x.conf.j2", 2, "ansible_eth0", "warn")],
    ),
    (
        {"site.yml": PLAY, "group_vars/web/main.yml": "url: 'http://{{ ansible_default_ipv4.address }}'\n"},
        [("group_vars/web/main.yml", 1, "ansible_default_ipv4", "warn")],
    ),
    (
        {"site.yml": PLAY, "roles/shop/defaults/main.yml": "workers: '{{ ansible_processor_vcpus * 2 }}'\n"},
        [("roles/shop/defaults/main.yml", 1, "ansible_processor_vcpus", "warn")],
    ),
    (
        {"site.yml": PLAY, "roles/shop/tasks/Debian.yml": "- command: 'echo {{ ansible_fqdn }}'\n"},
        [("roles/shop/tasks/Debian.yml", 1, "ansible_fqdn", "warn")],
    ),
    (
        {
            "site.yml": "- hosts: web\n  tasks:\n    - debug: {msg: \"{{ hostvars['web2']['ansible_eth0'] }}\"}\n"
        },
        [("site.yml", 3, "ansible_eth0", "refuse")],
    ),
    (
        {"site.yml": "- hosts: web\n  tasks:\n    - command: 'echo {{ getent_passwd.root }}'\n"},
        [("site.yml", 3, "getent_passwd", "refuse")],
    ),
]


@pytest.mark.parametrize(("files", "expected"), FOUND)
def test_where_a_fact_is_read(
    tmp_path: Path, files: dict[str, str], expected: list[tuple[str, int, str, str]]
) -> None:
    assert facts_in(tmp_path, files) == expected


NONE = [
    "ansible_facts.os_family == ansible_facts['distribution']",
    "ansible_facts['getent_passwd'] and ansible_facts.getent_group",
    "ansible_host == ansible_user and ansible_connection and ansible_check_mode and ansible_version.full",
    "ansible_python_interpreter and ansible_become_user and ansible_play_hosts_all is defined",
    "ansible_local.shop",
    "ansible_os_family | default('Debian')",
    "ansible_os_family is defined",
    "my_ansible_os_family and ansible_os_family_of_mine",
]


@pytest.mark.parametrize("expression", NONE)
def test_what_is_no_fact_of_its_own(tmp_path: Path, expression: str) -> None:
    text = f"- hosts: web\n  tasks:\n    - command: id\n      # ansible_os_family\n      when: {expression}\n"
    assert facts_in(tmp_path, {"site.yml": text}) == []


def test_what_the_tree_sets_itself_and_what_setup_is_asked_for_is_none(tmp_path: Path) -> None:
    tasks = "    - setup:\n        filter: ansible_fqdn\n    - command: 'id {{ ansible_domain }}'\n"
    text = f"- hosts: web\n  vars: {{ansible_domain: x}}\n  tasks:\n{tasks}"
    assert facts_in(tmp_path, {"site.yml": text}) == []


def test_a_file_is_named_once_with_its_uses_counted(tmp_path: Path) -> None:
    text = "- hosts: web\n  tasks:\n" + "".join(
        f"    - command: 'echo {{{{ ansible_{name} }}}}'\n"
        for name in ("fqdn", "domain", "kernel", "machine", "fqdn")
    )
    (tmp_path / "site.yml").write_text(text)
    (finding,) = unsafe_constructs(tmp_path / "site.yml", tmp_path)
    assert "5 times (ansible_fqdn, ansible_domain, ansible_kernel and 1 more)" in finding.what
    assert finding.next_move == "write ansible_facts['fqdn']"


MESSAGES = [
    ("Error while evaluating conditional: 'ansible_os_family' is undefined", ["ansible_os_family"]),
    ("object of type 'HostVarsVars' has no attribute 'ansible_eth0'", ["ansible_eth0"]),
    ("'shop_port' is undefined", []),
    ("'ansible_host' is undefined", []),
]


@pytest.mark.parametrize(("message", "names"), MESSAGES)
def test_which_facts_a_failure_is_for(message: str, names: list[str]) -> None:
    assert list(undefined_facts(message)) == names


_COLLECT = """
import json
from ansible.module_utils.facts import default_collectors
print(json.dumps(sorted({name for c in default_collectors.collectors for name in c._fact_ids if not name.endswith('*')})))
"""
# Names of collectors, and of facts under another name or of other systems.
_NO_NAMES = frozenset(
    [
        "facter",
        "ohai",
        "local",
        "platform",
        "network",
        "hardware",
        "virtual",
        "processor_",
        "id",
        "fibre_channel",
    ]
)


def test_each_fact_that_ansible_declares_is_known() -> None:
    declared = set(json.loads(told_by(_COLLECT))) - _NO_NAMES
    unknown = sorted(name for name in declared if not INJECTED.fullmatch(f"ansible_{name}"))
    assert unknown == []
