"""The files that the lab writes are read by ssh and Ansible as they are meant."""

from __future__ import annotations

import json
import subprocess
import sys
from ipaddress import IPv4Network
from pathlib import Path

from orchestrator.lab import texts
from orchestrator.lab.state import LabState, grown

STATE = grown(
    LabState(name="lab", network=IPv4Network("10.213.7.0/24"), hosts=(), base="/base"),
    ["web1", "web2", "web3"],
    "full",
)
KEY, PINS = Path("/lab/id_ed25519"), Path("/lab/known_hosts")


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
    inventory = ansible_inventory(tmp_path, texts.inventory(STATE, KEY, PINS))
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


def test_a_lab_of_one_host_has_an_empty_rack(tmp_path: Path) -> None:
    state = STATE.model_copy(update={"hosts": STATE.hosts[:1]})
    inventory = ansible_inventory(tmp_path, texts.inventory(state, KEY, PINS))
    assert inventory["rack_a"]["hosts"] == ["web1"]
    assert "hosts" not in inventory.get("rack_b", {})


def test_known_hosts_pin_one_key_each_by_address_and_name() -> None:
    pins = texts.known_hosts(STATE, {host.name: f"ssh-ed25519 KEY{host.name}" for host in STATE.hosts})
    assert pins.splitlines()[1] == "10.213.7.12,web2 ssh-ed25519 KEYweb2"
    assert len(pins.splitlines()) == 3


def test_ssh_understands_its_configuration_and_checks_keys(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(texts.ssh_config(STATE, KEY, PINS))
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
