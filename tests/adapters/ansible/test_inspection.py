"""What is found in a user's inventory and playbooks; each row is a small project, and what is said of it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.warm import WarmStart
from orchestrator.domain.plan.inspection import Inspection
from tests.worlds.ansibles import CHOICE, installation, series

HOSTS = """\
web:
  hosts:
    web1: {ansible_host: 10.0.0.1}
    web2: {ansible_host: 10.0.0.2, ansible_port: 2222}
  vars:
    ansible_user: "{{ login }}"
    login: deploy
    ansible_ssh_common_args: -o UserKnownHostsFile=keys/known_hosts -o IdentitiesOnly=yes
db:
  hosts:
    db1: {ansible_python_interpreter: /opt/python/bin/python3}
"""
SITE = "- name: Web\n  hosts: web\n  tasks: []\n- hosts: db\n  tasks: []\n"


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, text in {"hosts.yml": HOSTS, "site.yml": SITE, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))
    return folder


WARM = WarmStart(choice=CHOICE)


@pytest.fixture(autouse=True, scope="module")
def _let_go() -> Iterator[None]:
    yield
    WARM.let_go()


def look(project: Path, pattern: str = "all", **changes: object) -> Inspection:
    """What an inspector in the cold says, which is what one that the zygote forks says too."""
    given: dict[str, Any] = {"playbooks": [Path("site.yml")], "inventory": Path("hosts.yml"), **changes}
    given.setdefault("installation", installation())
    cold = inspect(project, pattern=pattern, **given)
    assert inspect(project, pattern=pattern, warm=WARM, **given) == cold
    return cold


def test_targets_plays_and_groups(tmp_path: Path) -> None:
    inspection = look(lay(tmp_path, {}))
    web1, web2, db1 = inspection.targets
    assert (web1.host, web1.address, web1.port, web1.user) == ("web1", "10.0.0.1", 22, "deploy")
    assert (web2.port, web2.known_hosts) == (2222, str(tmp_path / "keys/known_hosts"))
    assert (db1.address, db1.python, db1.groups) == ("db1", "/opt/python/bin/python3", ("all", "db"))
    assert [(play.name, play.line, play.hosts) for play in inspection.playbooks[0].plays] == [
        ("Web", 1, ("web1", "web2")),
        ("db", 4, ("db1",)),
    ]
    assert inspection.groups["web"] == ("web1", "web2")
    assert (inspection.inventory_faults, inspection.vault_faults, inspection.playbooks[0].fault) == (
        (),
        (),
        None,
    )
    assert inspection.playbooks[0].uncovered(["web1", "db1", "lb1"]) == ("lb1",)


def test_a_pattern_names_some(tmp_path: Path) -> None:
    assert [target.host for target in look(lay(tmp_path, {}), "web:!web1").targets] == ["web2"]


def test_settings_of_the_project_count(tmp_path: Path) -> None:
    cfg = "[defaults]\nremote_user = operator\nprivate_key_file = keys/id\nroles_path = more\n"
    files = {
        "ansible.cfg": cfg,
        "more/shop/tasks/main.yml": "- command: id\n",
        "site.yml": "- hosts: db\n  roles: [shop]\n",
    }
    inspection = look(lay(tmp_path, files), "db1")
    assert (inspection.targets[0].user, inspection.targets[0].private_key) == (
        "operator",
        str(tmp_path / "keys/id"),
    )
    assert inspection.playbooks[0].fault is None


def test_variables_beside_the_playbook_say_where_hosts_are(tmp_path: Path) -> None:
    books = {
        "books/site.yml": SITE,
        "books/host_vars/db1.yml": "ansible_host: 10.0.0.9\nansible_ssh_port: 2200\n",
    }
    inspection = look(lay(tmp_path, books), "db1", playbooks=[Path("books/site.yml")])
    assert [(target.address, target.port) for target in inspection.targets] == [("10.0.0.9", 2200)]
    asked = look(tmp_path, "db1", playbooks=[], beside=Path("books/site.yml"))
    assert asked.targets == inspection.targets


# files, and words of the inventory's fault
INVENTORIES = [
    ({"hosts.yml": ""}, "the pattern `all` matches no host"),
    ({"hosts.yml": "web: ["}, "parse"),
    ({"hosts.yml": "web: {hosts: {\x1bweb1: {}}}"}, "parse"),
    ({"hosts.yml": "web: {hosts: {'web 1': {}}}"}, "web 1 cannot be used"),
    ({"hosts.yml": "web: {hosts: {web1: {ansible_port: ssh}}}"}, "web1 cannot be used"),
    ({"hosts.yml": "web: {hosts: {web1: {ansible_host: '{{ nowhere }}'}}}"}, "host web1"),
    ({"hosts.yml": "web: {hosts: {web1: {ansible_connection: a b}}}"}, "ansible_connection is a b"),
    (
        {"hosts.yml": "web: {hosts: {web1: {ansible_ssh_args: -o StrictHostKeyChecking=no}}}"},
        "ansible_ssh_args would replace",
    ),
    (
        {"hosts.yml": "web: {hosts: {web1: {ansible_host: '[fd00::11]'}}}"},
        "ssh takes an address of IPv6 without brackets",
    ),
    (
        {"hosts.yml": "web: {hosts: {a: {ansible_host: h}, b: {ansible_host: h}}}"},
        "a and b are one machine, h port 22",
    ),
    (
        {"hosts.yml": "web: {hosts: {web1: {ansible_ssh_common_args: -F /nowhere/config}}}"},
        "host web1: ssh refuses its configuration: Can't open user config file /nowhere/config",
    ),
    (
        {"hosts.yml": "web: {hosts: {web1: {ansible_ssh_extra_args: -J gate.invalid}}}"},
        "no key is pinned for the jump host gate.invalid (gate.invalid)",
    ),
    ({"hosts.yml": "plugin: constructed\n"}, "dynamic_inventory: true"),
]


WAYS = [
    (
        "ansible_ssh_common_args: '-o ProxyCommand=\"nc %h %p\"'",
        "ansible_ssh_common_args -o ProxyCommand=nc %h %p",
    ),
    ("ansible_ssh_common_args: '-o ProxyCommand=\"ssh -W %h:%p gate\"'", None),
    ("ansible_ssh_extra_args: -J gate", None),
    ("ansible_ssh_executable: /opt/ssh", "ansible_ssh_executable /opt/ssh of web1"),
    ("ansible_become_exe: ssh gate sudo", "ansible_become_exe ssh gate sudo of web1"),
    ("ansible_ssh_common_args: -o ServerAliveInterval=5", None),
]


@pytest.mark.slow
@pytest.mark.parametrize(("variable", "words"), WAYS)
def test_ways_that_the_inventory_leads(tmp_path: Path, variable: str, words: str | None) -> None:
    hosts = f"web: {{hosts: {{web1: {{{variable}}}}}}}"
    inspection = look(lay(tmp_path, {"site.yml": "- hosts: all\n  tasks: []\n", "hosts.yml": hosts}))
    if words is None:
        assert inspection.inventory_ways == ()
    else:
        assert words in inspection.inventory_ways[0]


@pytest.mark.parametrize(("files", "words"), INVENTORIES)
def test_faults_of_the_inventory(tmp_path: Path, files: dict[str, str], words: str) -> None:
    inspection = look(lay(tmp_path, {"site.yml": "- hosts: all\n  tasks: []\n", **files}))
    assert words in " ".join(inspection.inventory_faults)
    assert inspection.targets == ()


def test_faults_of_the_inventory_do_not_hide_those_of_playbooks(tmp_path: Path) -> None:
    inspection = look(
        lay(tmp_path, {"hosts.yml": "web: [", "site.yml": "- hosts: web\n  tasks:\n    - coppy: {}\n"})
    )
    assert inspection.inventory_faults
    assert "coppy" in (inspection.playbooks[0].fault or "")


def test_an_inventory_that_is_not_there(tmp_path: Path) -> None:
    assert look(lay(tmp_path, {}), inventory=Path("nope")).inventory_faults == (
        f"there is no inventory {tmp_path}/nope",
    )


def test_a_pattern_without_hosts(tmp_path: Path) -> None:
    assert "lb" in look(lay(tmp_path, {}), "lb").inventory_faults[0]


PROGRAM = '#!/bin/sh\ntouch "$(dirname "$0")/ran"\necho \'{"web": {"hosts": ["web1"]}}\'\n'


@pytest.mark.parametrize("allowed", [True, False])
def test_a_program_runs_only_where_the_plan_allows_it(tmp_path: Path, *, allowed: bool) -> None:
    lay(tmp_path, {"hosts.sh": PROGRAM})
    (tmp_path / "hosts.sh").chmod(0o755)
    site = {"site.yml": "- hosts: web\n  tasks: []\n"}
    inspection = look(lay(tmp_path, site), inventory=Path("hosts.sh"), dynamic_allowed=allowed)
    assert (tmp_path / "ran").exists() == allowed
    assert [target.host for target in inspection.targets] == (["web1"] if allowed else [])
    assert allowed or "would run it as a program" in inspection.inventory_faults[0]


def test_a_program_inside_a_folder_is_seen(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "inventory/hosts.yml": HOSTS,
            "inventory/more/cloud": PROGRAM,
            "inventory/group_vars/web.yml": "a: 1\n",
        },
    )
    (tmp_path / "inventory/more/cloud").chmod(0o755)
    inspection = look(tmp_path, inventory=Path("inventory"))
    assert "more/cloud is executable" in inspection.inventory_faults[0]


UNREADABLE = (
    "YAML parsing failed" if series() >= (2, 19) else "We were unable to read either as JSON nor YAML"
)
# files, and words of the playbook's fault
PLAYBOOKS = [
    (
        {"site.yml": "- hosts: web\n  tasks:\n    - coppy: {}\n"},
        "site.yml:3: couldn't resolve module/action 'coppy'",
    ),
    ({"site.yml": "- hosts: [web\n"}, f"site.yml:2: {UNREADABLE}"),
    ({"site.yml": "- hosts: web\n  roles: [shop]\n"}, "shop"),
    ({"site.yml": "- hosts: web\n  tasks:\n    - import_tasks: more.yml\n"}, "more.yml"),
    ({"site.yml": "- hosts: web\n  roles: [r]\n", "roles/r/tasks/main.yml": "- id: {}\n  name: x\n"}, "'id'"),
    ({"site.yml": "- hosts: '{{ where }}'\n  tasks: []\n"}, "where"),
]


@pytest.mark.parametrize(("files", "words"), PLAYBOOKS)
def test_faults_of_playbooks(tmp_path: Path, files: dict[str, str], words: str) -> None:
    inspection = look(lay(tmp_path, files))
    assert words in (inspection.playbooks[0].fault or ""), inspection.playbooks
    assert inspection.inventory_faults == ()


# pattern, its parts that the inventory lacks, and the hosts it has there
ABSENT: list[tuple[str, list[str], list[str]]] = [
    ("web", [], ["web1", "web2"]),
    ("webb", ["webb"], []),
    ("web:monitoring", ["monitoring"], ["web1", "web2"]),
    ("all:!monitoring", ["monitoring"], ["db1", "web1", "web2"]),
    ("web:&staging:!old*", ["staging", "old*"], []),
    ("[web, monitoring]", ["monitoring"], ["web1", "web2"]),
    ("localhost", [], ["localhost"]),
]


def test_what_of_a_pattern_the_inventory_lacks(tmp_path: Path) -> None:
    books = {
        f"{n}.yml": f"- hosts: {pattern if pattern.startswith('[') else repr(pattern)}\n  tasks: []\n"
        for n, (pattern, _, _) in enumerate(ABSENT)
    }
    seen = look(lay(tmp_path, books), playbooks=[Path(name) for name in books], variables=[{}] * len(books))
    assert [book.fault for book in seen.playbooks] == [None] * len(books)
    plays = [book.plays[0] for book in seen.playbooks]
    assert [(list(play.absent), sorted(play.hosts)) for play in plays] == [
        (absent, hosts) for _, absent, hosts in ABSENT
    ]


def test_a_playbook_is_loaded_with_the_variables_it_will_have(tmp_path: Path) -> None:
    files = {"site.yml": "- hosts: '{{ where }}'\n  tasks: []\n"}
    inspection = look(
        lay(tmp_path, files), playbooks=[Path("site.yml")] * 2, variables=[{"where": "db"}, {"where": "web"}]
    )
    assert [book.plays[0].hosts for book in inspection.playbooks] == [("db1",), ("web1", "web2")]


def vault(folder: Path, text: str, password: str, *words: str) -> str:
    (folder / ".pass").write_text(password)
    command = [
        sys.executable,
        "-m",
        "ansible",
        "vault",
        *words,
        "--vault-password-file",
        str(folder / ".pass"),
    ]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def test_vaulted_values_are_tried(tmp_path: Path) -> None:
    whole = vault(tmp_path, "secret: 1\n", "right", "encrypt", "--output", "-")
    inline = vault(tmp_path, "hidden", "right", "encrypt_string", "--stdin-name", "password")
    files = {
        "group_vars/db/vault.yml": "",
        "vars/shop.yml": "",
        "site.yml": "- hosts: db\n  vars_files: [shop.yml]\n  tasks: []\n",
    }
    lay(tmp_path, files)
    (tmp_path / "group_vars/db/vault.yml").write_text(whole)
    (tmp_path / "vars/shop.yml").write_text(f"plain: 1\n{inline}\n")
    right = look(tmp_path, vault_password_file=Path(".pass"))
    assert (right.vault_faults, right.inventory_faults) == ((), ())
    (tmp_path / ".pass").write_text("wrong")
    wrong = look(tmp_path, vault_password_file=Path(".pass"))
    assert [(Path(fault.file).name, fault.line) for fault in wrong.vault_faults] == [
        ("vault.yml", None),
        ("shop.yml", 2),
    ]
    assert all("does not decrypt" in fault.message for fault in wrong.vault_faults)
    none = look(tmp_path)
    assert len(none.vault_faults) == 2


VAULT = Path(__file__).parents[2] / "cases/vaulted"


def test_vaulted_values_are_known_by_variable_and_file(tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.yml"
    inventory.write_text("all: {hosts: {one: {}}}\n")
    password = VAULT / "vault.txt"
    seen = inspect(VAULT, [Path("deploy.yml")], inventory, vault_password_file=password)
    known = {(Path(value.file).name, value.name): value.value for value in seen.vaulted.values}
    assert known["all.yml", "inline"] == "inline-S3CRET/4711"
    assert known["secrets.yml", "nested[0].deep"] == "nested-S3CRET/4712"
    assert known["secrets.yml", "nested[0].port"] == "1"
    assert known["main.yml", "of_role"] == "of-role-S3CRET/4713"
    assert known["late.yml", "late"] == "late-S3CRET/4714", "the name by which it is included is a template"
    assert ("late.yml", "other") not in known, "what is too short is named where a run surely loads it"
    assert known["all.yml", "key"].startswith("-----BEGIN PRIVATE KEY-----")
    assert (seen.vaulted.passwords, seen.vaulted.unknown) == (("the vault's own word",), None)
    assert "S3CRET" not in repr(seen)


def test_values_that_do_not_decrypt_are_unknown(tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.yml"
    inventory.write_text("all: {hosts: {one: {}}}\n")
    (tmp_path / "wrong").write_text("wrong")
    seen = inspect(VAULT, [Path("deploy.yml")], inventory, vault_password_file=tmp_path / "wrong")
    assert seen.vaulted.unknown is not None
    assert "does not decrypt" not in seen.vaulted.unknown or seen.vault_faults


def test_faults_do_not_quote_vaulted_values(tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.yml"
    inventory.write_text("all: {hosts: {one: {ansible_port: '{{ inline | mandatory(nothing) }}'}}}\n")
    book = tmp_path / "book.yml"
    book.write_text("- hosts: all\n  name: '{{ inline }}'\n  tasks: []\n")
    seen = inspect(VAULT, [Path("deploy.yml"), book], inventory, vault_password_file=VAULT / "vault.txt")
    texts = [*seen.inventory_faults, *(play.name for each in seen.playbooks for play in each.plays)]
    assert texts
    assert "inline-S3CRET" not in "".join(texts)


PLAIN = "- hosts: db\n  tasks: []\n"
# A vaulted file, what else lies there, and whether a run of site.yml can load it.
VAULTED = [
    ("tests/cases/group_vars/web/vault.yml", {}, False),
    ("other/site.yml", {"other/site.yml": PLAIN}, False),
    ("roles/unused/vars/main.yml", {}, False),
    ("vars/unnamed.yml", {}, False),
    ("group_vars/db.yml", {}, True),
    ("host_vars/db1/secret.yml", {}, True),
    ("lists/group_vars/all/vault.yml", {}, True),
    (
        "books/host_vars/db1.yml",
        {"site.yml": "- import_playbook: books/db.yml\n", "books/db.yml": PLAIN},
        True,
    ),
    ("vars/db.yml", {"site.yml": "- hosts: db\n  vars_files: [[nothing.yml, vars/db.yml]]\n"}, True),
    ("vars/db.yml", {"site.yml": "- hosts: db\n  tasks:\n    - include_vars: db.yml\n"}, True),
    (
        "more/x.yml",
        {"site.yml": "- hosts: db\n  tasks:\n    - block:\n        - include_vars: {dir: more}\n"},
        True,
    ),
    ("files/key", {"site.yml": "- hosts: db\n  tasks:\n    - copy: src=key dest=/etc/key\n"}, True),
    ("roles/shop/defaults/main.yml", {"site.yml": "- hosts: db\n  roles: [shop]\n"}, True),
    (
        "roles/shop/vars/main.yml",
        {"site.yml": "- hosts: db\n  tasks:\n    - include_role: {name: shop}\n"},
        True,
    ),
    (
        "elsewhere/shop/vars/deep.yml",
        {
            "site.yml": "- hosts: db\n  roles: [{role: shop}]\n",
            "ansible.cfg": "[defaults]\nroles_path = elsewhere\n",
        },
        True,
    ),
    (
        "roles/base/vars/main.yml",
        {"site.yml": "- hosts: db\n  roles: [shop]\n", "roles/shop/meta/main.yml": "dependencies: [base]\n"},
        True,
    ),
]


@pytest.mark.parametrize(("vaulted", "files", "loadable"), VAULTED)
def test_only_what_a_run_can_load_is_tried(
    tmp_path: Path, foreign: str, vaulted: str, files: dict[str, str], *, loadable: bool
) -> None:
    lay(tmp_path, {"lists/hosts.yml": HOSTS, "site.yml": PLAIN, **files, vaulted: foreign})
    inspection = look(tmp_path, inventory=Path("lists/hosts.yml"))
    assert [fault.file for fault in inspection.vault_faults] == [str(tmp_path / vaulted)] * loadable


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file that no password of the project opens."""
    return vault(tmp_path_factory.mktemp("vault"), "secret: 1\n", "gone", "encrypt", "--output", "-")


def test_a_callback_for_the_output_that_no_run_could_load_is_a_fault(tmp_path: Path) -> None:
    lay(tmp_path, {"ansible.cfg": "[defaults]\nforks = 5\nstdout_callback = no_such\n"})
    [fault] = look(tmp_path).settings_faults
    assert (fault.file, fault.line) == (str(tmp_path / "ansible.cfg"), 3)
    assert "`no_such`" in fault.message


@pytest.mark.parametrize("name", ["minimal", "own"])
def test_a_callback_for_the_output_that_is_there_is_none(tmp_path: Path, name: str) -> None:
    own = "from ansible.plugins.callback.default import CallbackModule as D\n\n\nclass CallbackModule(D):\n    pass\n"
    settings = f"[defaults]\ncallback_plugins = cb\nstdout_callback = {name}\n"
    lay(tmp_path, {"ansible.cfg": settings, "cb/own.py": own})
    assert look(tmp_path).settings_faults == ()


def test_secrets_of_the_callers_environment_are_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTED", "secret")
    program = '#!/bin/sh\nenv > "$(dirname "$0")/environment"\necho \'{"web": {"hosts": ["web1"]}}\'\n'
    lay(tmp_path, {"hosts.sh": program, "site.yml": "- hosts: web\n  tasks: []\n"})
    (tmp_path / "hosts.sh").chmod(0o755)
    look(tmp_path, inventory=Path("hosts.sh"), dynamic_allowed=True)
    assert "PLANTED" not in (tmp_path / "environment").read_text()
    assert os.environ["PLANTED"] == "secret"


def test_it_ends_at_its_time_limit(tmp_path: Path) -> None:
    lay(tmp_path, {"hosts.sh": "#!/bin/sh\nsleep 60\n"})
    (tmp_path / "hosts.sh").chmod(0o755)
    inspection = look(tmp_path, inventory=Path("hosts.sh"), dynamic_allowed=True, timeout=2.0)
    assert inspection.inventory_faults == ("Ansible cannot start: it took too long",)
