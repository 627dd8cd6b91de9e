"""Hosts that are reached only by a chain of jump hosts, and hosts that become root only by a password of the vault."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from orchestrator.lab.fleet import Lab
from orchestrator.lab.names import namespace
from tests.fleet.small_site import SmallSite


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
