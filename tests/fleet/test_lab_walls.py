"""`--user`, `--sudo-password` and `--jump`: what a practitioner's own inventory has to get past."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lab import ways_in
from orchestrator.lab.errors import LabUsage
from orchestrator.lab.fleet import Lab, take_down
from orchestrator.lab.hosts.probe import ssh_answers
from orchestrator.lab.hosts.sweep import traces
from orchestrator.lab.options import Asked
from tests.fleet.labs import lab_name_for

ANSIBLE = str(Path(sys.executable).with_name("ansible"))
ID = ("--become", "-m", "command", "-a", "id -un", "--one-line")


@pytest.fixture(scope="module")
def walled() -> Iterator[Lab]:
    """Two hosts behind a jump host, with a user of another name whose sudo asks for a password."""
    name = lab_name_for("walls")
    try:
        yield Lab.up(name, 2, light=True, asked=Asked(user="admin", sudo="vault", jumps=1))
    finally:
        take_down(name)


def ansible(lab: Lab, *words: str) -> subprocess.CompletedProcess[str]:
    """Plain Ansible with the lab's inventory, and a folder without configuration."""
    command = [ANSIBLE, "-i", str(lab.inventory), "web", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, cwd=lab.paths.root
    )


def test_plain_ansible_gets_past_all_three(walled: Lab) -> None:
    ended = ansible(walled, *ID, "--vault-password-file", str(walled.paths.vault_password))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert sorted(line.split() for line in ended.stdout.splitlines() if "rc=0" in line) == [
        [name, "|", "CHANGED", "|", "rc=0", "|", "(stdout)", "root"] for name in ("web1", "web2")
    ]


def test_the_user_is_the_only_account_and_root_stays_out(walled: Lab) -> None:
    seen = walled.ssh(
        "web1",
        "id -un; awk -F: '$3 >= 1000 && $3 < 60000 {print $1}' /etc/passwd; ls /home; stat -c %U ~ ~/.ssh/*; "
        "cut -d: -f1 /etc/subuid; sudo -n true || echo asked",
    )
    assert seen.out.split() == ["admin"] * 6 + ["asked"]
    allowed = f"echo {walled.paths.sudo_password.read_text().strip()} | sudo -S -p '' sh -c 'sshd -T; ls /etc/sudoers.d'"
    assert {"permitrootlogin no", "admin", "README"} <= set(walled.ssh("web1", allowed).out.splitlines())
    as_root = ["ssh", "-F", str(walled.ssh_config), "-l", "root", "jump1", "true"]
    refused = subprocess.run(as_root, capture_output=True, text=True, check=False, timeout=30)
    assert (refused.returncode, "Permission denied" in refused.stderr) == (255, True)


def test_the_hosts_are_reached_through_the_jump_host_alone(walled: Lab) -> None:
    behind, jump = walled.host("web1"), walled.host("jump1")
    assert ssh_answers(str(jump.address))
    with pytest.raises(OSError, match=r"timed out|unreachable|No route"):
        socket.create_connection((str(behind.address), 22), 2)
    came_from = walled.ssh("web1", "echo $SSH_CONNECTION").out.split()[0]
    assert came_from == str(walled.state.network[3])
    assert walled.ssh("jump1", "cat /proc/sys/net/ipv4/ip_forward; ls /sys/class/net").out.split() == [
        "0",
        "eth0",
        "eth1",
        "lo",
    ]


def test_hosts_behind_a_silent_jump_host_are_not_reached(walled: Lab) -> None:
    walled.fault("jump1", "cut")
    seen = {each.name: (each.conditions, each.reachable) for each in walled.status(seconds=0.5)}
    walled.fault("jump1", "heal")
    assert seen == {"jump1": (("cut",), False), "web1": (("up",), False), "web2": (("up",), False)}
    walled.fault("jump1", "kill")
    walled.fault("jump1", "start")
    assert [each.reachable for each in walled.status()] == [True, True, True]


def test_what_is_secret_is_named_and_kept(walled: Lab) -> None:
    password = walled.paths.sudo_password
    assert [oct(path.stat().st_mode & 0o777) for path in (password, walled.paths.vault_password)] == [
        "0o600",
        "0o600",
    ]
    shown = (
        json.dumps(ways_in.facts(walled)) + "\n".join(ways_in.lines(walled)) + walled.inventory.read_text()
    )
    assert str(password) in shown
    assert str(walled.paths.vault_password) in shown
    assert password.read_text().strip() not in shown


def test_a_later_up_keeps_what_the_lab_has_and_refuses_another(walled: Lab) -> None:
    before = walled.inventory.read_text()
    assert Lab.up(walled.name, 2, light=True).state == walled.state
    assert walled.inventory.read_text() == before
    with pytest.raises(
        LabUsage, match=r"(?s)--user: asked for other, .*--jump: asked for none, .*has 1.*lab down"
    ):
        Lab.up(walled.name, 2, asked=Asked(user="other", jumps=0))


@pytest.mark.slow
def test_a_chain_of_two_and_a_password_file(lab_name: str) -> None:
    lab = Lab.up(lab_name, 1, light=True, asked=Asked(sudo="file", jumps=2))
    without = ansible(lab, *ID)
    assert (without.returncode, "password" in without.stdout) == (2, True), without.stdout
    ended = ansible(lab, *ID, "--become-password-file", str(lab.paths.sudo_password))
    assert "rc=0" in ended.stdout, ended.stdout + ended.stderr
    assert lab.ssh("web1", "echo $SSH_CONNECTION").out.split()[0] == str(lab.state.network[3])
    assert len(set(lab.state.networks)) == 3


@pytest.mark.slow
def test_what_a_killed_up_left_goes_without_a_record(lab_name: str) -> None:
    lab = Lab.up(lab_name, 1, light=True, asked=Asked(jumps=2))
    lab.paths.state.unlink()
    assert any("far2" in trace for trace in traces(lab_name))
    take_down(lab_name)
    assert traces(lab_name) == []


def test_a_system_account_is_no_user_of_a_lab(lab_name: str) -> None:
    with pytest.raises(LabUsage, match="--user daemon: every host has a system account"):
        Lab.up(lab_name, 1, light=True, asked=Asked(user="daemon"))
    assert traces(lab_name) == []
