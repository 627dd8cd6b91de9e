"""Host keys of devices that libraries speak ssh to: the pinned one and no other, whatever variables and homes say."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from orchestrator.adapters.ansible.installation import FirstFound
from orchestrator.adapters.ansible.pinned_libraries import lay_pinned
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.adapters.ansible.visits import AnsibleTargets
from orchestrator.adapters.ansible.visits.visit import Visits
from orchestrator.adapters.clock import SystemClock
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.baseline import BaselineScope
from orchestrator.domain.evidence.module_question import ModuleFacts
from orchestrator.domain.plan.target import Identity, Target, Through
from orchestrator.engine.ports import VisitGround
from setup import community
from tests.adapters.ansible.local_runs import told_by
from tests.worlds.network_device import PASSWORD, USER, Device, devices
from tests.worlds.project import write

IDENTITY = ModuleFacts(
    module="cisco.ios.ios_facts",
    args={"gather_subset": ["min"]},
    keep=("ansible_facts.ansible_net_serialnum",),
)


@pytest.fixture
def device() -> Iterator[Device]:
    with devices("SN-1") as (made,):
        yield made


def identified(folder: Path, device: Device, pins: str, **variables: object) -> Identity | str:
    """What a visit says of the device, with these pins."""
    if not community.is_made():
        pytest.skip("no .venv-collections: make collections")
    known_hosts = write(folder, "known hosts", pins)
    host = {
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_network_os": "cisco.ios.ios",
        "ansible_network_cli_retries": 0,
        "ansible_user": USER,
        "ansible_password": PASSWORD,
        "ansible_port": device.port,
        "ansible_host": device.address,
        **variables,
    }
    lines = "".join(f"    {name}: {value}\n" for name, value in host.items())
    inventory = write(folder, "hosts.yml", f"all:\n  vars:\n{lines}  hosts: {{sw1: }}\n")
    playbook = write(folder, "site.yml", "- {hosts: all, gather_facts: false, tasks: []}\n")
    request = AttemptRequest.model_validate(
        {
            "attempt": "d1", "deployment": "d1", "purpose": "visit", "hosts": (), "variables": {},
            "project": str(folder), "inventory": str(inventory), "playbook": str(playbook),
        }
    )  # fmt: skip
    root = folder / "visits"
    runs = AnsiblePlaybooks(root, choice=FirstFound(community.FOLDER, os.environ))
    port = AnsibleTargets(Visits(runs, root, SystemClock()), SystemClock())
    target = Target(
        host="sw1",
        address=device.address,
        known_hosts=str(known_hosts),
        through=Through(connection="ansible.netcommon.network_cli", identity=IDENTITY),
    )
    return port.within(VisitGround(request=request, scope=BaselineScope())).identify([target])["sw1"]


@pytest.mark.slow
@pytest.mark.parametrize("ssh_type", ["libssh", "paramiko"])
def test_a_device_with_the_pinned_key_is_asked(tmp_path: Path, device: Device, ssh_type: str) -> None:
    answer = identified(tmp_path, device, device.known_hosts_line(), ansible_network_cli_ssh_type=ssh_type)
    assert isinstance(answer, Identity), answer
    assert answer.machine_id == "fact:SN-1"


@pytest.mark.slow
@pytest.mark.parametrize("ssh_type", ["libssh", "paramiko"])
@pytest.mark.parametrize("pinned", ["another key", "none"])
def test_another_key_is_refused_before_the_password(
    tmp_path: Path, device: Device, ssh_type: str, pinned: str
) -> None:
    line = device.known_hosts_line()
    if pinned == "another key":
        line = line.replace(device.key.get_base64(), paramiko.ECDSAKey.generate().get_base64())
    answer = identified(
        tmp_path,
        device,
        line if pinned == "another key" else "",
        ansible_network_cli_ssh_type=ssh_type,
        ansible_host_key_checking=False,
        ansible_ssh_host_key_checking=False,
    )
    assert isinstance(answer, str)
    assert "ost key" in answer or "authenticity" in answer, answer
    assert (device.logins, device.commands) == (0, [])


def test_variables_take_back_no_check() -> None:
    program = (
        "import json; from orchestrator.adapters.ansible.in_run.persistent import checked\n"
        "given = {'host_key_checking': False, 'host_key_auto_add': True, 'port': 22}\n"
        "print(json.dumps([checked(given), checked({'port': 443})]))"
    )
    assert json.loads(told_by(program)) == [
        {"host_key_checking": True, "host_key_auto_add": False, "port": 22},
        {"port": 443},
    ]


def test_pins_of_several_files_are_one(tmp_path: Path) -> None:
    folder = tmp_path / "control"
    folder.mkdir()
    first, second = write(tmp_path, "a b", "one ssh-ed25519 AAAA"), write(tmp_path, "c", "two ssh-rsa BBBB\n")
    laid = lay_pinned([str(first), str(second), str(tmp_path / "absent")], folder)
    assert Path(laid["known_hosts"]).read_text() == "one ssh-ed25519 AAAA\ntwo ssh-rsa BBBB\n"
    assert Path(laid["program"]).resolve().name == "pinned_connection.py"
    assert lay_pinned([], folder) == {}
