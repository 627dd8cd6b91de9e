"""Hosts with addresses of IPv6: checked, visited, deployed to and taken back, straight and through a jump host."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from orchestrator.lab.names import bridge, namespace
from tests.fleet.conftest import NewLab
from tests.fleet.small_site import SmallSite

NET = "fd00:6c61:62"


def with_ipv6(lab: Lab) -> dict[str, str]:
    """An address of IPv6 for each host, the only one that inventories have."""
    own = ["ip", "-6", "addr", "add"]
    subprocess.run([*own, f"{NET}::1/64", "dev", bridge(lab.state.name), "nodad"], check=True)
    addresses = {}
    for number, host in enumerate(lab.hosts, 11):
        addresses[host.name] = f"{NET}::{number}"
        inside = ["ip", "netns", "exec", namespace(lab.state.name, host.name)]
        subprocess.run([*inside, *own, f"{NET}::{number}/64", "dev", "eth0", "nodad"], check=True)
    return addresses


def pinned(lab: Lab, addresses: dict[str, str], file: Path) -> None:
    """The lab's keys under the addresses of IPv6, web2's also with a port, in brackets."""
    lines = []
    for host in lab.hosts:
        [key] = [
            line.partition(" ")[2]
            for line in lab.known_hosts.read_text().splitlines()
            if line.split()[0].split(",")[0] == str(host.address)
        ]
        name = addresses[host.name]
        lines.append(f"{name},[{name}]:2222 {key}")
    file.write_text("\n".join(lines) + "\n")


@pytest.mark.slow
def test_addresses_of_ipv6_plain_written_long_with_a_port_and_through_a_jump_host(
    new_lab: NewLab, tmp_path: Path
) -> None:
    lab = new_lab(3, light=True)
    addresses = with_ipv6(lab)
    pinned(lab, addresses, tmp_path / "known_hosts")
    second_port = (
        "echo Port 22 >>/etc/ssh/sshd_config.d/lab.conf; echo Port 2222 >>/etc/ssh/sshd_config.d/lab.conf"
    )
    assert lab.ssh("web2", f"sudo sh -c '{second_port}; kill -HUP $(pgrep -o sshd)'").code == 0
    site = SmallSite(lab, tmp_path, "ways", {})
    jump = f"-o ProxyJump=deploy@[{addresses['web1']}]:22 -F {tmp_path}/ssh_config"
    (tmp_path / "ssh_config").write_text(
        f"Host {addresses['web1']}\n  IdentityFile {lab.key}\n  UserKnownHostsFile {tmp_path}/known_hosts\n"
    )
    hosts = {
        "web1": {"ansible_host": "fd00:6c61:0062:0::11"},
        "web2": {"ansible_host": addresses["web2"], "ansible_port": 2222},
        "web3": {
            "ansible_host": addresses["web3"],
            "ansible_ssh_common_args": f"{jump} -o UserKnownHostsFile={tmp_path}/known_hosts",
        },
    }
    everybody = {
        "ansible_user": "deploy",
        "ansible_ssh_private_key_file": str(lab.key),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={tmp_path}/known_hosts",
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    inventory = {"all": {"hosts": hosts, "vars": everybody}}
    (site.project / "inventories/hosts.yml").write_text(json.dumps(inventory))
    ended = site.deployed()
    assert (ended.code, ended.result["state"]) == (0, "completed"), ended
    back = site.orch("rollback", ended.result["deployment"], "--reason", "as it was")
    assert back.returncode == 5, back.stdout + back.stderr
