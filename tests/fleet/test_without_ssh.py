"""Deployments to hosts without ssh, through Ansible alone: an appliance with an API, and what can go wrong with it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from orchestrator.lab.fleet import Lab
from tests.fleet.appliance_site import Site
from tests.worlds.appliance import Appliance, appliances, lay_inventory
from tests.worlds.project import change, write

OLD = {"version": "1.0", "config": {"mtu": 1500, "motd": "welcome", "ntp": ["10.0.0.1"]}, "users": ["admin"]}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with appliances("SN-1", "SN-2") as made:
        yield Site(tmp_path, made)


@pytest.mark.long
def test_a_deployment_completes_with_proof(site: Site) -> None:
    code, record = site.deploy()
    assert code == 0, record
    assert "2 hosts deployed and verified" in record
    assert "json.version 1.0 -> 2.0" in record
    assert "the facts state are seen as Ansible's modules answer them, and nothing else" in record
    assert "refuses no run that is late" in record
    assert "playbook sha256 " in record
    assert [each.state["version"] for each in site.made] == ["2.0", "2.0"]


def _forgets_the_configuration(made: list[Appliance]) -> None:
    made[0].forgets = ("config",)


def _keeps_the_new_version(made: list[Appliance]) -> None:
    _forgets_the_configuration(made)

    def written(path: str) -> None:
        if path == "/version" and made[1].state["version"] == "2.0":
            made[1].forgets = ("version",)

    made[1].on_write = written


def _dies_with_the_first_write(made: list[Appliance]) -> None:
    made[0].on_write = lambda _path: made[0].stop_soon()


def _is_replaced(made: list[Appliance]) -> None:
    def written(_path: str) -> None:
        made[0].serial = "SN-9"

    made[0].on_write = written


def _lies_after_the_first_write(made: list[Appliance]) -> None:
    def written(_path: str) -> None:
        made[0].lie = lambda path: b"\x00\x1b[31mbusy" if path == "/state" else None

    made[0].on_write = written


ENDS: dict[str, tuple[Callable[[list[Appliance]], None], int, str]] = {
    "verification fails, and the backout is proved": (_forgets_the_configuration, 5, "0 differences"),
    "the backout leaves a value": (_keeps_the_new_version, 6, "box2: fact state json.version 1.0 -> 2.0"),
    "the appliance dies in the middle": (_dies_with_the_first_write, 7, "box1"),
    "the appliance is replaced": (_is_replaced, 7, "another machine"),
    "the appliance lies from then on": (_lies_after_the_first_write, 7, "has none of json.version"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ENDS)
def test_what_a_deployment_ends_with(site: Site, name: str) -> None:
    happens, code, words = ENDS[name]
    happens(site.made)
    ended, record = site.deploy()
    assert words in record, record
    assert ended == code, record


@pytest.mark.slow
def test_a_driver_that_is_killed_in_a_visit_is_taken_over(site: Site) -> None:
    site.made[0].delay = 8
    words = [sys.executable, "-m", "orchestrator", "deploy", str(site.plan)]
    driver = subprocess.Popen(
        [*words, "--approved-by", "change manager=Li Wei"],
        cwd=site.folder,
        env=site.environment,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not site.made[0].asked:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    site.made[0].delay = 0
    ended = site.orch("resume")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert site.made[0].state["version"] == "2.0"


@pytest.mark.slow
def test_a_rehearsal_is_certified(site: Site) -> None:
    key = site.folder / "key.pem"
    site.environment["ORCH_KEY"] = str(key)
    role = ("--person", "Rae Ortiz", "--role", "rehearsal issuer")
    site.orch("keys", "new", "--file", str(key), "--no-passphrase", *role)
    site.orch("keys", "trust", str(site.folder / "key.pub.json"))
    with appliances("SN-3", "SN-4") as made:
        lay_inventory(site.folder / "inventories/rehearsal", made)
        ended = site.orch("rehearse", str(site.plan), "--in", "rehearsal", "--json")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert list((site.folder / ".orch/certificates").iterdir())
        assert [each.state for each in made] == [OLD, OLD]


@pytest.mark.slow
def test_hosts_with_and_without_ssh_are_in_one_deployment(light_lab: Lab, site: Site) -> None:
    inventory = site.folder / "inventories/staging.yml"
    inventory.write_text(f"{light_lab.inventory.read_text()}\n{inventory.read_text()}")
    for folder, state in (("playbooks", "touch"), ("rollback", "absent")):
        write(site.folder, f"{folder}/both.yml", WEB.replace("STATE", state))
    _for_both(site.plan)
    try:
        code, record = site.deploy()
        assert code == 0, record
        assert "3 hosts deployed and verified" in record
        light_lab.ssh("web1", "sudo rm /etc/orch-mixed")
        for each in site.made:
            each.state |= OLD
        site.made[0].forgets = ("config",)
        code, record = site.deploy()
        assert code == 5, record
        assert "0 differences" in record
    finally:
        light_lab.ssh("web1", "sudo rm -f /etc/orch-mixed")


def _for_both(plan: Path) -> None:
    """The example's plan, with a host of the lab beside the appliances."""
    tree = YAML(typ="safe", pure=True).load(plan)
    tree["strategy"] |= {"hosts": "appliances:web1", "playbook": "playbooks/both.yml"}
    tree["backout"]["playbook"] = "rollback/both.yml"
    of_web = {"on": "web", "files": ["/etc/orch-mixed"], "packages": "none", "system": False}
    tree["backout"]["baseline"] = [{"on": "appliances", **tree["backout"]["baseline"]}, of_web]
    for name, check in (
        ("environment", {"space": {"free": "1MB"}}),
        ("acceptance", {"file": "/etc/orch-mixed"}),
    ):
        checks = tree["validation"][name]
        tree["validation"][name] = [
            *({**each, "on": "appliances"} for each in checks),
            {**check, "on": "web"},
        ]
    plan.write_text(json.dumps(tree))


WEB = """\
- import_playbook: configure.yml
- name: web
  hosts: web
  gather_facts: false
  tasks:
    - name: the file
      become: true
      ansible.builtin.file: {path: /etc/orch-mixed, state: STATE}
"""

CONNECTION = """\
DOCUMENTATION = '''
name: console
short_description: a console that runs commands on this machine
description: like a device that is reached by a name of its own
options:
  remote_addr:
    description: address
    default: inventory_hostname
    vars: [{name: inventory_hostname}, {name: ansible_host}]
'''
from ansible.plugins.connection.local import Connection as Local

class Connection(Local):
    transport = "console"
"""


@pytest.mark.slow
def test_a_connection_of_the_project_is_one(site: Site) -> None:
    """It stands for all that cannot be had here: another plugin than ssh and local, with an address."""
    write(site.folder, "connection_plugins/console.py", CONNECTION)
    write(site.folder, "ansible.cfg", "[defaults]\nconnection_plugins = connection_plugins\n")
    inventory = site.folder / "inventories/staging.yml"
    change(inventory, "ansible_connection: local", "ansible_connection: '{{ way }}'\n    way: console")
    change(inventory, "box1: {", "box1: {ansible_host: 192.0.2.1, ")
    code, record = site.deploy()
    assert code == 0, record
    assert [each.state["version"] for each in site.made] == ["2.0", "2.0"]


@pytest.mark.slow
def test_the_controller_itself_is_a_host(site: Site) -> None:
    inventory = site.folder / "inventories/staging.yml"
    place = site.folder / "state.txt"
    place.write_text("1.0\n")
    kept, _, _ = inventory.read_text().partition("    box1:")
    inventory.write_text(f"{kept}    localhost:\n")
    for folder, value in (("playbooks", "2.0"), ("rollback", "1.0")):
        write(
            site.folder,
            f"{folder}/configure.yml",
            "- hosts: appliances\n  gather_facts: false\n  tasks:\n    - name: put the version\n"
            f'      ansible.builtin.copy: {{dest: {place}, content: "{value}\\n"}}\n',
        )
    tree = YAML(typ="safe", pure=True).load(site.plan)
    reads = {"args": {"cmd": f"cat {place}"}, "reads_only": True}
    one_of = [{"value": "stdout", "one_of": ["1.0", "2.0"]}]
    setup = {"module": "ansible.builtin.setup", "args": {"gather_subset": ["!all", "min"]}}
    identity = {**setup, "keep": ["ansible_facts.ansible_machine_id"]}
    tree["resources"]["without_ssh"] = [{"identity": identity}]
    for name in ("environment", "acceptance"):
        check = {"name": "ansible.builtin.command", **reads, "expect": one_of}
        tree["validation"][name] = [{"module": check}]
    fact = {"name": "version", "module": "ansible.builtin.command", **reads, "keep": ["stdout"]}
    tree["backout"] |= {"baseline": {"facts": [fact]}, "changes": []}
    site.plan.write_text(json.dumps(tree))
    code, record = site.deploy()
    assert code == 0, record
    # A machine-id is one by any way: over ssh it would be the same machine.
    name = re.findall(r"^deployment +(\S+)", record, re.MULTILINE)[0]
    shown = site.orch("baseline", "show", name, "--json")
    assert Path("/etc/machine-id").read_text().strip() in shown.stdout
    assert "stdout 1.0 -> 2.0" in record
