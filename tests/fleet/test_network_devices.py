"""Deployments to network devices by the real network_cli: a command line behind an ssh that is not OpenSSH's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.worlds.network_device import PASSWORD, USER, Device, devices
from tests.worlds.other_ways import OtherWay

pytestmark = pytest.mark.slow
CLI = "ansible.netcommon.cli_command"
CONFIG = {"module": CLI, "args": {"command": "show running-config"}, "keep": ["stdout"]}
NTP = "ntp server 10.0.0.2"


class Site(OtherWay):
    """Two devices whose keys are pinned, and the plan for them."""

    def __init__(
        self, folder: Path, made: list[Device], ssh_type: str = "libssh", **variables: object
    ) -> None:
        super().__init__(folder)
        self.made = made
        pins = folder / "inventories/known_hosts"
        pins.parent.mkdir()
        pins.write_text("".join(each.known_hosts_line() for each in made))
        asks = {"name": CLI, "args": CONFIG["args"]}
        self.lay(
            hosts={
                f"sw{n}": {"ansible_host": each.address, "ansible_port": each.port}
                for n, each in enumerate(made, 1)
            },
            variables={
                "ansible_connection": "ansible.netcommon.network_cli",
                "ansible_network_os": "cisco.ios.ios",
                "ansible_network_cli_ssh_type": ssh_type,
                "ansible_network_cli_retries": 0,
                "ansible_user": USER,
                "ansible_password": PASSWORD,
                "ansible_ssh_common_args": "-o UserKnownHostsFile=inventories/known_hosts",
                **variables,
            },
            identity={
                "module": "cisco.ios.ios_facts",
                "args": {"gather_subset": ["min"]},
                "keep": ["ansible_facts.ansible_net_serialnum"],
            },
            fact={"name": "running configuration", **CONFIG},
            checks={
                "environment": [{**asks, "expect": [{"value": "stdout", "contains": "ntp server"}]}],
                "acceptance": [{**asks, "expect": [{"value": "stdout", "contains": NTP}]}],
            },
            tasks={
                place: [
                    {"name": f"put the {line.split()[0]}", "cisco.ios.ios_config": {"lines": [line]}}
                    for line in lines
                ]
                for place, lines in {
                    "playbooks": ["hostname border", NTP],
                    "rollback": ["hostname edge", "ntp server 10.0.0.1"],
                }.items()
            },
        )


@pytest.fixture
def made() -> Iterator[list[Device]]:
    with devices("SN-1", "SN-2") as answering:
        yield answering


def test_a_release_comes_with_proof(tmp_path: Path, made: list[Device]) -> None:
    site = Site(tmp_path, made)
    code, record = site.deploy()
    assert code == 0, record
    assert "2 hosts deployed and verified" in record
    assert [each.settings["hostname"] for each in made] == ["border", "border"]
    assert not [path for path in site.files_with(PASSWORD) if path.name != "staging.yml"]


def _forgets_a_server(device: Device) -> None:
    device.forgets = ("ntp server",)


def _dies(device: Device) -> None:
    device.on_setting = lambda _name: device.stop()


def _is_replaced(device: Device) -> None:
    def set_once(_name: str) -> None:
        device.serial = "SN-9"

    device.on_setting = set_once


ENDS: dict[str, tuple[Callable[[Device], None], int, str]] = {
    "verification fails, and the backout is proved": (_forgets_a_server, 5, "0 differences"),
    "the device dies in the middle": (_dies, 7, "sw1"),
    "the device is replaced": (_is_replaced, 7, "another machine"),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_a_deployment_ends_with(tmp_path: Path, made: list[Device], name: str) -> None:
    happens, code, words = ENDS[name]
    happens(made[0])
    ended, record = Site(tmp_path, made[:1]).deploy()
    assert words in record, record
    assert ended == code, record
