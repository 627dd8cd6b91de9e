"""Deployments to devices by the real netconf of ansible.netcommon: checks, a baseline, changes and a backout with proof."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.ssh.loopback import make_key
from tests.worlds.netconf_devices import NetconfDevice, netconf_devices
from tests.worlds.netconf_subsystem import NETCONF, OWN
from tests.worlds.other_ways import OtherWay

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
GET, CONFIG = "ansible.netcommon.netconf_get", "ansible.netcommon.netconf_config"
# Without the namespaces, whose prefixes are the library's.
RUNNING = {"source": "running", "display": "xml"}


class Site(OtherWay):
    """Devices whose keys are pinned, and the plan for them."""

    def __init__(self, folder: Path, made: list[NetconfDevice], **variables: object) -> None:
        super().__init__(folder)
        self.pins = folder / "inventories/known_hosts"
        self.pins.parent.mkdir()
        self.pins.write_text("".join((each.daemon.folder / "known_hosts").read_text() for each in made))
        serial = f'<system xmlns="{OWN}"><serial/></system>'
        asks = {"name": GET, "args": RUNNING}
        self.lay(
            hosts={
                f"sw{n}": {
                    "ansible_host": each.daemon.address,
                    "ansible_port": each.daemon.port,
                    "ansible_ssh_private_key_file": str(each.daemon.folder / "id"),
                }
                for n, each in enumerate(made, 1)
            },
            variables={
                "ansible_connection": "ansible.netcommon.netconf",
                "ansible_network_os": "default",
                "ansible_user": getpass.getuser(),
                "ansible_ssh_common_args": "-o UserKnownHostsFile=inventories/known_hosts",
                **variables,
            },
            identity={"module": GET, "args": {"filter": serial, "display": "xml"}, "keep": ["output"]},
            fact={"name": "running configuration", "module": GET, "args": RUNNING, "keep": ["output"]},
            checks={
                "environment": [{**asks, "expect": [{"value": "output", "contains": "<server>"}]}],
                "acceptance": [
                    {**asks, "expect": [{"value": "output", "contains": "<server>10.0.0.2</server>"}]}
                ],
            },
            tasks={
                place: [
                    {"name": f"put the {name}", CONFIG: {"content": edit(leaf)}}
                    for name, leaf in leaves.items()
                ]
                for place, leaves in {
                    "playbooks": {"hostname": "<hostname>border</hostname>", "ntp": server("10.0.0.2")},
                    "rollback": {"hostname": "<hostname>edge</hostname>", "ntp": server("10.0.0.1")},
                }.items()
            },
        )


def server(address: str) -> str:
    return f"<ntp><server>{address}</server></ntp>"


def edit(leaf: str) -> str:
    return f'<config xmlns="{NETCONF}"><system xmlns="{OWN}">{leaf}</system></config>'


@pytest.fixture
def made(tmp_path: Path) -> Iterator[list[NetconfDevice]]:
    with netconf_devices(tmp_path / "devices", "SN-1", "SN-2") as answering:
        yield answering


def test_a_release_comes_with_proof_and_is_taken_back(tmp_path: Path, made: list[NetconfDevice]) -> None:
    site = Site(tmp_path, made)
    code, record = site.deploy()
    assert code == 0, record
    assert "2 hosts deployed and verified" in record
    assert [each.setting("hostname") for each in made] == ["border", "border"]
    [name] = set(re.findall(r"appliance-2\.0\.0-\d{8}-\d{6}", record))
    back = site.orch("rollback", name, "--reason", "end of the test")
    assert back.returncode == 5, back.stdout + back.stderr
    record = site.orch("record", "show", name).stdout
    assert "0 differences" in record, record
    assert [(each.setting("hostname"), each.setting("server")) for each in made] == [("edge", "10.0.0.1")] * 2


ENDS: dict[str, tuple[Callable[[NetconfDevice], None], int, str]] = {
    "verification fails, and the backout is proved": (
        lambda each: each.forgets("server"),
        5,
        "0 differences",
    ),
    "the device is replaced": (lambda each: each.is_replaced_by("SN-9"), 7, "another machine"),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_a_deployment_ends_with(tmp_path: Path, made: list[NetconfDevice], name: str) -> None:
    happens, code, words = ENDS[name]
    happens(made[0])
    ended, record = Site(tmp_path, made[:1]).deploy()
    assert words in record, record
    assert ended == code, record


@pytest.mark.parametrize("pinned", ["another key", "none"])
def test_another_key_is_refused_before_anything_is_asked(
    tmp_path: Path, made: list[NetconfDevice], pinned: str
) -> None:
    """Whatever variables say, and though the user's own known_hosts has the key that the device shows."""
    [device] = made[:1]
    site = Site(tmp_path, [device], ansible_host_key_checking=False, ansible_netconf_host_key_checking=False)
    shown = site.pins.read_text()
    users = tmp_path / "home/.ssh/known_hosts"
    users.parent.mkdir(mode=0o700)
    users.write_text(shown)
    key = make_key(tmp_path / "another")
    site.pins.write_text(f"{shown.split()[0]} {key}\n" if pinned == "another key" else "")
    code, record = site.deploy()
    assert code != 0, record
    assert "ost key" in record or "nknown host" in record.lower(), record
    assert device.operations() == []
