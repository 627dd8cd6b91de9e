"""The files that the lab writes are read by ssh and Ansible as they are meant."""

from __future__ import annotations

import json
import subprocess
import sys
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from orchestrator.lab import texts
from orchestrator.lab.options import LabOptions
from orchestrator.lab.paths import LabPaths
from orchestrator.lab.state import LabState, grown, with_jumps

STATE = grown(
    LabState(name="lab", network=IPv4Network("10.213.7.0/24"), hosts=(), base="/base"),
    ["web1", "web2", "web3"],
    "full",
)
PATHS = LabPaths(Path("/lab"))


def ansible_inventory(folder: Path, text: str) -> dict[str, dict[str, object]]:
    """The inventory as Ansible itself understands it."""
    (folder / "hosts.yml").write_text(text)
    command = [
        str(Path(sys.executable).with_name("ansible-inventory")),
        "-i",
        str(folder / "hosts.yml"),
        "--list",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "WARNING" not in ended.stderr
    inventory: dict[str, dict[str, object]] = json.loads(ended.stdout)
    return inventory


def test_ansible_finds_hosts_groups_and_pinned_keys(tmp_path: Path) -> None:
    inventory = ansible_inventory(tmp_path, texts.inventory(STATE, PATHS))
    members = {group: inventory[group]["hosts"] for group in ("web", "rack_a", "rack_b")}
    assert members == {"web": ["web1", "web2", "web3"], "rack_a": ["web1", "web3"], "rack_b": ["web2"]}
    hostvars = inventory["_meta"]["hostvars"]
    assert isinstance(hostvars, dict)
    assert hostvars["web2"] == {
        "ansible_host": "10.213.7.12",
        "ansible_user": "deploy",
        "ansible_ssh_private_key_file": "/lab/id_ed25519",
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": "-o UserKnownHostsFile=/lab/known_hosts -o GlobalKnownHostsFile=/dev/null"
        " -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes",
    }


JUMPED = with_jumps(
    STATE.model_copy(
        update={
            "options": LabOptions(user="admin", jumps=2),
            "before": (IPv4Network("10.213.5.0/24"), IPv4Network("10.213.6.0/24")),
        }
    ),
    "full",
)


def test_ssh_goes_through_the_chain_and_takes_its_configuration_along(tmp_path: Path) -> None:
    """An ssh that logs in to a jump host gets -F of the first one, and no -o (ssh(1), -J)."""
    text = texts.inventory(JUMPED, PATHS)
    assert "-F /lab/ssh_config -o ProxyJump=admin@10.213.5.4,admin@10.213.6.4" in text
    assert "jump" not in text.replace("ProxyJump", "")
    (tmp_path / "config").write_text(texts.ssh_config(JUMPED, PATHS))
    seen = {}
    for host in ("web1", "jump2", "jump1"):
        command = ["ssh", "-G", "-F", str(tmp_path / "config"), host]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        lines = dict(line.split(" ", 1) for line in listed.splitlines() if " " in line)
        seen[host] = lines["hostname"], lines["user"], lines.get("proxyjump")
    assert seen == {
        "web1": ("10.213.7.11", "admin", "jump2"),
        "jump2": ("10.213.6.4", "admin", "jump1"),
        "jump1": ("10.213.5.4", "admin", None),
    }


def test_a_vaulted_variable_is_of_all_hosts(tmp_path: Path) -> None:
    vaulted = "ansible_become_password: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n          3132\n"
    hostvars: Any = ansible_inventory(tmp_path, texts.inventory(STATE, PATHS, vaulted))["_meta"]["hostvars"]
    assert hostvars["web3"]["ansible_become_password"] == {
        "__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256\n3132\n"
    }


def test_a_lab_of_one_host_has_an_empty_rack(tmp_path: Path) -> None:
    state = STATE.model_copy(update={"hosts": STATE.hosts[:1]})
    inventory = ansible_inventory(tmp_path, texts.inventory(state, PATHS))
    assert inventory["rack_a"]["hosts"] == ["web1"]
    assert "hosts" not in inventory.get("rack_b", {})


def test_known_hosts_pin_one_key_each_by_address_and_name() -> None:
    pins = texts.known_hosts(STATE, {host.name: f"ssh-ed25519 KEY{host.name}" for host in STATE.hosts})
    assert pins.splitlines()[1] == "10.213.7.12,web2 ssh-ed25519 KEYweb2"
    assert len(pins.splitlines()) == 3


def test_ssh_understands_its_configuration_and_checks_keys(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(texts.ssh_config(STATE, PATHS))
    command = ["ssh", "-G", "-F", str(tmp_path / "config"), "web2"]
    settings = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    wanted = {
        "hostname 10.213.7.12",
        "user deploy",
        "stricthostkeychecking true",
        "userknownhostsfile /lab/known_hosts",
        "identitiesonly yes",
    }
    assert wanted <= set(settings)
