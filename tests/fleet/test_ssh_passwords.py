"""Hosts that ssh logs in to with a password of the inventory: visits and runs, and where the password never is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.conftest import NewLab
from tests.fleet.small_site import SmallSite

PASSWORD = "tall Ships' & $eas"
TAKES_PASSWORDS = """
echo "deploy:$1" | chpasswd
sed -i s/PasswordAuthentication.no/PasswordAuthentication\\ yes/ /etc/ssh/sshd_config.d/lab.conf
rm -f /home/deploy/.ssh/authorized_keys
kill -HUP "$(pgrep -o sshd)"
"""


def by_password(lab: Lab, site: SmallSite, password: str) -> None:
    """The lab's key opens nothing any more; the inventory has a vaulted password instead."""
    for host in lab.hosts:
        lab.ssh(host.name, f"sudo sh -s {_quoted(PASSWORD)} <<'EOF'\n{TAKES_PASSWORDS}EOF\n")
    (site.project / "vault.txt").write_text("a password of the vault\n")
    variables = site.project / "inventories/group_vars"
    variables.mkdir()
    (variables / "all.yml").write_text(json.dumps({"ansible_password": password}))
    hosts = {host.name: {"ansible_host": str(host.address)} for host in lab.hosts}
    everybody = {
        "ansible_user": "deploy",
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={lab.known_hosts}",
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    inventory = {"all": {"hosts": hosts, "vars": everybody}}
    (site.project / "inventories/hosts.yml").write_text(json.dumps(inventory))
    vault = [str(Path(sys.executable).with_name("ansible-vault")), "encrypt", "--vault-password-file"]
    encrypt = [*vault, "vault.txt", str(variables / "all.yml")]
    subprocess.run(encrypt, cwd=site.project, check=True, capture_output=True)
    plan = site.project / "plans/app.yml"
    plan.write_text(
        plan.read_text().replace("{environment: lab,", "{environment: lab, vault_password_file: vault.txt,")
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


@pytest.mark.slow
def test_a_deployment_logs_in_with_the_password_of_the_inventory(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(2, light=True)
    site = SmallSite(lab, tmp_path, "ways", {})
    by_password(lab, site, PASSWORD)
    ended = site.deployed()
    assert (ended.code, ended.result["state"]) == (0, "completed"), ended
    back = site.orch(
        "rollback", ended.result["deployment"], "--reason", "a process that knows no password yet"
    )
    assert back.returncode == 5, back.stdout + back.stderr
    kept = [path for path in (tmp_path / "orch").rglob("*") if path.is_file() and "/frozen/" not in str(path)]
    assert [str(path) for path in kept if PASSWORD.encode() in path.read_bytes()] == []


@pytest.mark.slow
def test_a_password_that_the_host_refuses_is_named_before_anything_runs(
    new_lab: NewLab, tmp_path: Path
) -> None:
    lab = new_lab(1, light=True)
    site = SmallSite(lab, tmp_path, "ways", {})
    by_password(lab, site, "one of yesterday")
    ended = site.deployed()
    assert ended.code == 4
    assert "was refused for the password of the inventory" in json.dumps(ended.events)
    assert "attempt_intended" not in ended.events
