"""The text of files for ssh, Ansible and the hosts; pure functions."""

from collections.abc import Mapping

from orchestrator.lab.names import racks
from orchestrator.lab.paths import LabPaths
from orchestrator.lab.state import LabHost, LabState

_CONNECTS = 5
_JUMPS = 10
"""Seconds until a banner. That of a host behind jump hosts comes once each of them was logged in to."""


def known_hosts(state: LabState, public_keys: Mapping[str, str]) -> str:
    """A pinned key for each host, by address and name. We made the keys, so none comes from the network."""
    return "".join(f"{host.address},{host.name} {public_keys[host.name]}\n" for host in state.everyone)


def ssh_config(state: LabState, paths: LabPaths) -> str:
    """A configuration for `ssh -F`, with every host by name."""
    common = (
        f"Host *\n  User {state.options.user}\n  IdentityFile {paths.key}\n  IdentitiesOnly yes\n"
        f"  UserKnownHostsFile {paths.known_hosts}\n"
        "  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n  PasswordAuthentication no\n"
        f"  ConnectTimeout {_CONNECTS + _JUMPS * len(state.jumps)}\n"
        "  ServerAliveInterval 5\n  ServerAliveCountMax 3\n  LogLevel ERROR\n"
    )
    return "".join(_host_block(state, host) for host in state.everyone) + common


def _host_block(state: LabState, host: LabHost) -> str:
    before = state.way_to(host)
    jump = f"  ProxyJump {before[-1].name}\n" if before else ""
    return f"Host {host.name}\n  HostName {host.address}\n{jump}"


def inventory(state: LabState, paths: LabPaths, sudo_variable: str = "") -> str:
    """An Ansible inventory: group web with every host, rack_a and rack_b with the odd and the even ones.

    Jump hosts are no part of it: they are a way, and no targets. `sudo_variable` is the vaulted variable, as a line of YAML.
    """
    lines = [
        f"# Written by `orch lab up` for the lab {state.name}; `orch lab down` removes it.",
        "web:",
        "  hosts:",
    ]
    for host in state.hosts:
        lines += [f"    {host.name}:", f"      ansible_host: {host.address}"]
        python = state.python_of(host)
        lines += [f"      ansible_python_interpreter: {python.interpreter}"] if python else []
    lines += [
        "  vars:",
        f"    ansible_user: {state.options.user}",
        f"    ansible_ssh_private_key_file: {paths.key}",
        "    ansible_python_interpreter: /usr/bin/python3",
        "    ansible_ssh_common_args: >-",
        f"      -o UserKnownHostsFile={paths.known_hosts} -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes",
        "      -o IdentitiesOnly=yes",
        *_way(state, paths),
        *(f"    {line}".rstrip() for line in sudo_variable.splitlines()),
    ]
    for rack, members in racks([host.name for host in state.hosts]).items():
        lines += [f"{rack}:", "  hosts:" if members else "  hosts: {}"]
        lines += [f"    {name}:" for name in members]
    return "\n".join(lines) + "\n"


def _way(state: LabState, paths: LabPaths) -> list[str]:
    """The jump hosts as arguments of ssh. Only -F reaches the ssh that logs in to them: key and pins come from there."""
    if not state.jumps:
        return []
    chain = ",".join(f"{state.options.user}@{jump.address}" for jump in state.jumps)
    return [f"      -F {paths.ssh_config} -o ProxyJump={chain}"]


def sudoers(state: LabState) -> str:
    """The one rule of a host's sudo: the user may become anybody, with a password or without."""
    word = "NOPASSWD: ALL" if state.options.sudo == "free" else "ALL"
    return f"{state.options.user} ALL=(ALL:ALL) {word}\n"


def hosts_file(host: str) -> str:
    """/etc/hosts of a host: itself and nobody else (sudo looks its own name up)."""
    return f"127.0.0.1 localhost\n127.0.1.1 {host}\n::1 localhost\n"
