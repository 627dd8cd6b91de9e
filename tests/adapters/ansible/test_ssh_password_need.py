"""A host with a password of ssh under an Ansible before 2.19: without sshpass the plan check says what to do."""

import os
import shutil
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.inspector_port import AnsibleInspector
from orchestrator.adapters.ansible.installation import AnsibleInstallation, FirstFound
from orchestrator.adapters.ansible.ssh_password_need import needs_sshpass, password_faults
from orchestrator.domain.plan.target import Target
from setup import versions
from tests.worlds.plans import plan_of, plan_tree

VERSIONS = [
    ("2.16.0", True),
    ("2.16.14", True),
    ("2.17.14", True),
    ("2.18.0rc1", True),
    ("2.18.99", True),
    ("2.19.0b1", False),
    ("2.19.14", False),
    ("2.20.10", False),
    ("2.21.5", False),
    ("2.22.0rc1", False),
]
BY_PASSWORD = Target(host="web2", address="192.0.2.2", password_login=True)
BY_KEY = Target(host="web1", address="192.0.2.1")
ADVICE = (
    "gives a password to ssh by sshpass, which is not installed: install it (apt install sshpass), use ansible-core 2.19 or "
    "later, or give the login a key"
)


def ansible(version: str) -> AnsibleInstallation:
    return AnsibleInstallation(
        Path("/a/bin/python"), Path("/a/bin/ansible-playbook"), version, "3.11.2", "named"
    )


def nowhere(_program: str) -> str | None:
    return None


@pytest.mark.parametrize(("version", "needs"), VERSIONS)
def test_which_versions_need_it(version: str, *, needs: bool) -> None:
    assert needs_sshpass(ansible(version)) is needs
    faults = list(password_faults([BY_KEY, BY_PASSWORD], ansible(version), nowhere))
    whole = f"host web2: ansible_password is set, and ansible-core {version} {ADVICE}"
    assert faults == ([whole] if needs else [])


@pytest.mark.parametrize("version", ["2.16.14", "2.18.99"])
def test_it_is_no_fault_where_it_is_installed_or_nobody_has_a_password(version: str) -> None:
    assert not list(password_faults([BY_PASSWORD], ansible(version), lambda program: f"/usr/bin/{program}"))
    assert not list(password_faults([BY_KEY], ansible(version), nowhere))


def test_a_real_old_ansible_is_told_of_by_the_inspection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = next((series for series in versions.COLD if versions.is_made(series)), None)
    if made is None:
        pytest.skip(f"none of ansible-core {', '.join(versions.COLD)} is here: setup/versions.py --slice")
    hosts = "web: {hosts: {web1: {ansible_host: 192.0.2.1, ansible_password: a long word}}}\n"
    play = "- {hosts: web, gather_facts: false, tasks: []}\n"
    for name, text in (
        ("inventories/test", hosts),
        ("playbooks/app.yml", play),
        ("rollback/app.yml", play),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    programs = tmp_path / "programs"
    programs.mkdir()
    for program in ("ssh", "ssh-keygen"):
        where = shutil.which(program)
        assert where is not None
        (programs / program).symlink_to(where)
    monkeypatch.setenv("PATH", str(programs))
    choice = FirstFound(versions.environment_of(made), os.environ)
    inspect = AnsibleInspector(choice=choice).inspect
    [fault] = inspect(plan_of(plan_tree()), tmp_path).inventory_faults
    assert fault.startswith(f"host web1: ansible_password is set, and ansible-core {made}.")
    assert fault.endswith(ADVICE)
    (programs / "sshpass").symlink_to("/bin/true")
    inspection = inspect(plan_of(plan_tree()), tmp_path)
    assert (inspection.inventory_faults, [target.host for target in inspection.targets]) == ((), ["web1"])
