"""The text of files for ssh, Ansible and the hosts; pure functions."""

from collections.abc import Mapping
from pathlib import Path

from orchestrator.lab.names import racks
from orchestrator.lab.state import LabState

USER = "deploy"


def known_hosts(state: LabState, public_keys: Mapping[str, str]) -> str:
    """A pinned key for each host, by address and name. We made the keys, so none comes from the network."""
    return "".join(f"{host.address},{host.name} {public_keys[host.name]}\n" for host in state.hosts)


def ssh_config(state: LabState, key: Path, pins: Path) -> str:
    """A configuration for `ssh -F`, with every host by name."""
    common = (
        f"Host *\n  User {USER}\n  IdentityFile {key}\n  IdentitiesOnly yes\n  UserKnownHostsFile {pins}\n"
        "  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n  PasswordAuthentication no\n"
        "  ConnectTimeout 5\n  ServerAliveInterval 5\n  ServerAliveCountMax 3\n  LogLevel ERROR\n"
    )
    return "".join(f"Host {host.name}\n  HostName {host.address}\n" for host in state.hosts) + common


def inventory(state: LabState, key: Path, pins: Path) -> str:
    """An Ansible inventory: group web with every host, rack_a and rack_b with the odd and the even ones."""
    lines = [
        f"# Written by `orch lab up` for the lab {state.name}; `orch lab down` removes it.",
        "web:",
        "  hosts:",
    ]
    for host in state.hosts:
        lines += [f"    {host.name}:", f"      ansible_host: {host.address}"]
    lines += [
        "  vars:",
        f"    ansible_user: {USER}",
        f"    ansible_ssh_private_key_file: {key}",
        "    ansible_python_interpreter: /usr/bin/python3",
        "    ansible_ssh_common_args: >-",
        f"      -o UserKnownHostsFile={pins} -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes",
        "      -o IdentitiesOnly=yes",
    ]
    for rack, members in racks([host.name for host in state.hosts]).items():
        lines += [f"{rack}:", "  hosts:" if members else "  hosts: {}"]
        lines += [f"    {name}:" for name in members]
    return "\n".join(lines) + "\n"


def hosts_file(host: str) -> str:
    """/etc/hosts of a host: itself and nobody else (sudo looks its own name up)."""
    return f"127.0.0.1 localhost\n127.0.1.1 {host}\n::1 localhost\n"
