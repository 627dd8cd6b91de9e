"""Vault ids of ansible.cfg, programs that give passwords, and what is said where one of them or an inventory fails."""

import json
import os
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.program_errors import move_of
from orchestrator.domain.plan.inspection import Inspection
from tests.adapters.ansible.local_runs import WARM, request, told_by, until

VALUES = {"dev": "value-of-dev-1", "prod": "value-of-prod-1", "third": "value-of-third-1"}
CLIENT = """#!/bin/sh
[ -n "$VAULT_TOKEN" ] || { echo "client: VAULT_TOKEN is not set" >&2; exit 3; }
echo "password-$VAULT_TOKEN"
"""
INVENTORY = """
web:
  hosts:
    one: {ansible_connection: local, ansible_python_interpreter: '{{ ansible_playbook_python }}'}
other: {hosts: {two: {}}}
"""
PLAY = """
- hosts: web
  gather_facts: false
  tasks:
    - command: test '{{ of_dev }} {{ of_prod }}' = 'value-of-dev-1 value-of-prod-1'
"""
COPIED = (
    "ansible.cfg",
    "hosts.yml",
    "site.yml",
    "vault-client.sh",
    "group_vars/web/dev.yml",
    "group_vars/web/prod.yml",
)
_ENCRYPT = """
import json, sys
from ansible.parsing.vault import VaultLib, VaultSecret
print(json.dumps({
    label: VaultLib().encrypt(text, VaultSecret(password.encode()), label).decode()
    for label, password, text in json.loads(sys.argv[1])
}))
"""


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture(scope="module")
def vaulted() -> dict[str, str]:
    passwords = {"dev": "password-of-dev", "prod": "password-a-token-1", "third": "nobody-has-it"}
    texts = [(label, passwords[label], f"of_{label}: {value}\n") for label, value in VALUES.items()]
    encrypted: dict[str, str] = json.loads(told_by(_ENCRYPT, json.dumps(texts)))
    return encrypted


@pytest.fixture
def project(tmp_path: Path, vaulted: dict[str, str]) -> Path:
    files = {
        "ansible.cfg": "[defaults]\nvault_identity_list = dev@.vault-dev, prod@vault-client.sh\n",
        ".vault-dev": "password-of-dev\n",
        "hosts.yml": INVENTORY,
        "site.yml": PLAY,
        "group_vars/web/dev.yml": vaulted["dev"],
        "group_vars/web/prod.yml": vaulted["prod"],
        "group_vars/other/third.yml": vaulted["third"],
        "group_vars/gone.yml": vaulted["third"],
        "host_vars/two.yml": vaulted["third"],
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    program(tmp_path / "vault-client.sh", CLIENT)
    return tmp_path


def look(
    project: Path, inventory: str = "hosts.yml", token: str = "a-token-1", password: str | None = None
) -> Inspection:
    return inspect(
        project,
        [Path("site.yml")],
        Path(inventory),
        "web",
        None if password is None else Path(password),
        dynamic_allowed=True,
        passed={"VAULT_TOKEN": token} if token else {},
        warm=WARM,
    )


def test_vault_ids_of_ansible_cfg_and_a_client_that_gets_what_is_passed(project: Path) -> None:
    """What is vaulted under another id for groups and hosts that are none of the plan is no fault."""
    inspection = look(project)
    assert (inspection.vault_faults, inspection.vault_warnings, inspection.vaulted.unknown) == ((), (), None)
    values = " ".join(value.value for value in inspection.vaulted.values)
    assert "value-of-dev-1" in values
    assert "value-of-prod-1" in values


def test_what_is_vaulted_for_hosts_of_the_plan_is_a_fault_where_nobody_has_the_password(
    project: Path, vaulted: dict[str, str]
) -> None:
    (project / "group_vars/all.yml").write_text(vaulted["third"])
    assert [Path(fault.file).name for fault in look(project).vault_faults] == ["all.yml"]


def test_what_a_client_said_that_fails_is_shown(project: Path) -> None:
    (fault,) = look(project, token="").vault_faults
    assert "client: VAULT_TOKEN is not set" in fault.message
    assert "resources.pass_environment" in fault.next_move


def test_a_password_program_of_the_plan_that_fails_is_no_fault_of_the_inventory(project: Path) -> None:
    program(project / "pass.sh", "#!/bin/sh\necho 'pass: the agent is locked' >&2\nexit 1\n")
    (project / "ansible.cfg").unlink()
    inspection = look(project, password="pass.sh")
    assert inspection.inventory_faults == ()
    (fault,) = inspection.vault_faults
    assert "pass: the agent is locked" in fault.message


def test_what_an_inventory_said_that_fails_is_shown(project: Path) -> None:
    program(project / "inventory.sh", "#!/bin/sh\necho 'cannot reach the CMDB' >&2\nexit 2\n")
    (fault,) = look(project, "inventory.sh").inventory_faults
    assert fault.endswith("inventory.sh: its program said: cannot reach the CMDB")


@pytest.mark.slow
def test_a_run_from_a_copy_reads_the_password_in_the_project(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in COPIED:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text((project / name).read_text())
    (copy / "vault-client.sh").chmod(0o755)
    playbooks = AnsiblePlaybooks(
        tmp_path / "attempts", warm=WARM, environ={**os.environ, "VAULT_TOKEN": "a-token-1"}
    )
    asked = request(
        "a1",
        "site.yml",
        copy,
        inventory=str(copy / "hosts.yml"),
        origin=str(project),
        pass_environment=("VAULT_TOKEN",),
    )
    playbooks.start(asked)
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert [host.result for host in outcome.hosts] == ["done"], outcome
    for path in (tmp_path / "attempts").rglob("*"):
        assert not path.is_file() or b"password-of-dev" not in path.read_bytes()


def test_an_ansible_that_cannot_decrypt_is_no_matter_of_passwords() -> None:
    """By the words of Ansible itself; images may lack the package."""
    from ansible.parsing.vault import NEED_CRYPTO_LIBRARY

    assert "install the Python package cryptography" in move_of(NEED_CRYPTO_LIBRARY)
    assert "vault_password_file" in move_of("Decryption failed (no vault secrets were found)")
