"""Which hosts have no ssh: by `ansible_connection` as the inventory resolves it, whatever name it goes by."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.inspected_targets import through_of
from orchestrator.adapters.ansible.inspection import inspect
from orchestrator.domain.plan.target import Target, Through
from tests.worlds.ansibles import installation

OVER_SSH = [None, "ssh", "smart", "ansible.builtin.ssh", "ansible.legacy.ssh", "paramiko", "paramiko_ssh"]
OVER_SSH += ["ansible.builtin.paramiko_ssh", "ansible.netcommon.paramiko_ssh"]
OTHERS = {
    "ansible.netcommon.network_cli": True,
    "network_cli": True,
    "ansible.netcommon.netconf": True,
    "httpapi": True,
    "ansible.netcommon.httpapi": True,
    "local": True,
    "ansible.builtin.local": True,
    "winrm": False,
    "ansible.builtin.psrp": False,
    "community.docker.docker": False,
    "containers.podman.podman": False,
    "kubernetes.core.kubectl": False,
    "community.general.lxc": False,
    "ansible.netcommon.libssh": False,
    "vendor.special.ssh": False,
}
"""Each with whether its modules run on the controller."""


@pytest.mark.parametrize("name", OVER_SSH)
def test_ssh_by_any_name_is_ssh(name: str | None) -> None:
    assert through_of(name) is None


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_is_visited_through_ansible(name: str) -> None:
    through = through_of(name)
    assert through == Through(connection=name)
    assert through.runs_here is OTHERS[name]


def test_a_place_names_the_connection_and_the_address() -> None:
    def place(connection: str) -> str:
        return Target(host="sw1", address="192.0.2.1", through=Through(connection=connection)).place

    assert place("ansible.netcommon.network_cli") == "connection network_cli 192.0.2.1"
    assert place("local") == "connection local"
    assert Target(host="web1", address="192.0.2.1").place == "192.0.2.1:22"


def test_templates_and_variables_of_groups_count(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text(
        "all:\n"
        "  vars: {device_way: ansible.netcommon.network_cli}\n"
        "  children:\n"
        "    switches:\n"
        "      vars: {ansible_connection: '{{ device_way }}'}\n"
        "      hosts: {sw1: {ansible_host: 192.0.2.1}, sw2: {ansible_host: 192.0.2.2, device_way: httpapi}}\n"
        "    web:\n"
        "      hosts: {web1: {ansible_host: 192.0.2.3}}\n"
        "    windows:\n"
        "      hosts: {win1: {ansible_host: 192.0.2.4, ansible_port: 5986, ansible_connection: winrm}}\n"
    )
    (tmp_path / "site.yml").write_text("- hosts: all\n  tasks: []\n")
    seen = inspect(tmp_path, [Path("site.yml")], Path("hosts.yml"), installation=installation())
    assert not seen.inventory_faults
    assert {t.host: t.through and t.through.connection for t in seen.targets} == {
        "sw1": "ansible.netcommon.network_cli",
        "sw2": "httpapi",
        "web1": None,
        "win1": "winrm",
    }


ADDRESSES = {
    "ansible_connection: winrm, ansible_host: a": "a",
    "ansible_connection: winrm, ansible_host: a, ansible_winrm_host: b": "b",
    "ansible_connection: community.docker.docker, ansible_host: a": "a",
    "ansible_connection: community.docker.docker, ansible_docker_host: b": "b",
    "ansible_connection: community.docker.docker, ansible_docker_host: '{{ c }}', c: d": "d",
    # That plugin goes where the play leads, whatever its own option says.
    "ansible_connection: containers.podman.podman, ansible_host: f": "f",
    "ansible_connection: containers.podman.podman, ansible_host: g, ansible_podman_host: h": "g",
    "ansible_host: a, ansible_podman_host: b": "a",
}


def test_the_address_is_that_which_the_plugin_takes(tmp_path: Path) -> None:
    lines = "".join(
        f"  g{n}: {{hosts: {{box{n}: {{{variables}}}}}}}\n" for n, variables in enumerate(ADDRESSES)
    )
    (tmp_path / "hosts.yml").write_text(f"all:\n children:\n{lines}")
    (tmp_path / "site.yml").write_text("- hosts: all\n  tasks: []\n")
    seen = inspect(tmp_path, [Path("site.yml")], Path("hosts.yml"), installation=installation())
    assert not [fault for fault in seen.inventory_faults if "one machine" not in fault]
    expected = [address if address != "box" else f"box{n}" for n, address in enumerate(ADDRESSES.values())]
    assert [target.address for target in seen.targets] == expected


BAD = ["", "net work", "a/b", "../x", "x" * 3 + "\x1b[31m"]


@pytest.mark.parametrize("name", BAD)
def test_what_names_no_connection_is_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / "hosts.yml").write_text(
        f"all: {{hosts: {{a: {{ansible_connection: {name!r}}}}}}}\n".replace("'", '"')
    )
    (tmp_path / "site.yml").write_text("- hosts: all\n  tasks: []\n")
    seen = inspect(tmp_path, [Path("site.yml")], Path("hosts.yml"), installation=installation())
    assert any("names no connection" in fault for fault in seen.inventory_faults), seen.inventory_faults
