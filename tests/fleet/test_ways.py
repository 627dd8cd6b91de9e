"""Hosts behind jump hosts, under names that only an ssh configuration knows, and logins that become root by a password."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from orchestrator.lab.names import namespace
from tests.fleet.conftest import NewLab
from tests.fleet.small_site import SmallSite, events_of


def only_from(lab: Lab, host: str, address: str) -> None:
    """Let a host's sshd answer one address, and nobody else."""
    chain = f"type filter hook input priority 0\ntcp dport 22 ip saddr != {address} drop\n"
    rules = f"table ip way {{\nchain input {{\n{chain}}}\n}}\n"
    inside = ["ip", "netns", "exec", namespace(lab.state.name, host)]
    subprocess.run([*inside, "nft", "-f", "-"], input=rules, text=True, check=True)


def chained(lab: Lab, site: SmallSite, config: Path) -> None:
    """web3 behind web2 behind web1; the two names behind it are known to `config` alone."""
    address = {host.name: str(host.address) for host in lab.hosts}
    only_from(lab, "web2", address["web1"])
    only_from(lab, "web3", address["web2"])
    config.write_text(
        f"Host web2\n  HostName {address['web2']}\n  ProxyJump {address['web1']}\n"
        f"Host web3\n  HostName {address['web3']}\n  ProxyJump web2\n"
        f"Host *\n  User deploy\n  IdentityFile {lab.key}\n  UserKnownHostsFile {lab.known_hosts}\n"
    )
    (site.project / "inventories/hosts.yml").write_text(
        json.dumps(
            {
                "all": {
                    "hosts": {"web1": {"ansible_host": address["web1"]}, "web2": {}, "web3": {}},
                    "vars": {
                        "ansible_ssh_common_args": f"-F {config}",
                        "ansible_python_interpreter": "/usr/bin/python3",
                    },
                }
            }
        )
    )


@pytest.mark.slow
def test_a_chain_of_jump_hosts_is_checked_frozen_and_gone_by(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(3, light=True)
    site, config = SmallSite(lab, tmp_path, "ways", {}), tmp_path / "ssh_config"
    chained(lab, site, config)
    checked = site.orch("plan", "check", "plans/app.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    driver = site.driver()
    events: dict[str, list[dict[str, Any]]] = {}
    for event in events_of(driver):
        events.setdefault(event.get("kind", "result"), []).append(event)
        if event.get("kind") == "attempt_intended":
            config.unlink(missing_ok=True)  # what the plan check saw is what counts from here on
    assert driver.wait(60) == 0, events
    [checks] = events["wave_checked"]
    accepted = {
        each["host"] for each in checks["results"] if each["kind"] == "file" and each["answer"] == "passed"
    }
    assert accepted == {"web1", "web2", "web3"}


@pytest.mark.slow
def test_a_jump_host_without_a_pinned_key_is_a_fault_of_the_plan(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(3, light=True)
    site, config = SmallSite(lab, tmp_path, "ways", {}), tmp_path / "ssh_config"
    chained(lab, site, config)
    pinned = [
        line for line in lab.known_hosts.read_text().splitlines() if str(lab.hosts[1].address) not in line
    ]
    (tmp_path / "known_hosts").write_text("\n".join(pinned) + "\n")
    config.write_text(config.read_text().replace(str(lab.known_hosts), f"{tmp_path}/known_hosts"))
    checked = site.orch("plan", "check", "plans/app.yml")
    assert checked.returncode == 3
    assert "no key is pinned for the jump host web2" in checked.stdout + checked.stderr


PASSWORDS = {"web1": "tall-Ships&seas", "web2": "rough Weather's end"}
GUARDED = """
echo "deploy:{0}" | chpasswd
rm -f /etc/sudoers.d/*
echo "deploy ALL=(ALL) ALL" > /etc/sudoers.d/deploy
"""
BY_SU = """
echo "root:{0}" | chpasswd
rm -f /etc/sudoers.d/*
"""


def guarded(lab: Lab, site: SmallSite, password: str) -> None:
    """web1 has sudo with a password from the vault, web2 none but su; neither has root without."""
    for host, text in (("web1", GUARDED), ("web2", BY_SU)):
        written = text.format(PASSWORDS[host]).replace("'", "'\\''")
        assert lab.ssh(host, f"sudo sh -c '{written}'").code == 0
        assert lab.ssh(host, "sudo -n true").code != 0
    (site.project / "vault.txt").write_text("a password of the vault\n")
    variables = site.project / "inventories/host_vars"
    variables.mkdir()
    (variables / "web1.yml").write_text(json.dumps({"ansible_become_password": password}))
    (variables / "web2.yml").write_text(
        json.dumps({"ansible_become_method": "su", "ansible_become_password": PASSWORDS["web2"]})
    )
    vault = [
        str(Path(sys.executable).with_name("ansible-vault")),
        "encrypt",
        "--vault-password-file",
        "vault.txt",
    ]
    subprocess.run([*vault, str(variables / "web1.yml")], cwd=site.project, check=True, capture_output=True)
    plan = site.project / "plans/app.yml"
    vaulted = plan.read_text().replace(
        "{environment: lab,", "{environment: lab, vault_password_file: vault.txt,"
    )
    plan.write_text(vaulted)


@pytest.mark.slow
def test_root_by_a_password_of_sudo_and_of_su(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(2, light=True)
    site = SmallSite(lab, tmp_path, "ways", {})
    guarded(lab, site, PASSWORDS["web1"])
    ended = site.deployed()
    assert (ended.code, ended.result["state"]) == (0, "completed"), ended.result
    back = site.orch(
        "rollback", ended.result["deployment"], "--reason", "another process, which knows no password yet"
    )
    assert back.returncode == 5, back.stdout + back.stderr
    kept = [path for path in (tmp_path / "orch").rglob("*") if path.is_file() and "/frozen/" not in str(path)]
    for password in PASSWORDS.values():
        holding = [str(path) for path in kept if password.encode() in path.read_bytes()]
        assert [path for path in holding if "host_vars" not in path] == []


@pytest.mark.slow
def test_a_password_that_sudo_refuses_is_named_before_anything_runs(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(2, light=True)
    site = SmallSite(lab, tmp_path, "ways", {})
    guarded(lab, site, "a password of yesterday")
    ended = site.deployed()
    assert ended.code == 4
    assert "sudo refuses the password" in json.dumps(ended.events)
    assert "attempt_intended" not in ended.events
