"""Who answers a task: a way that led to a host and leads to another machine in mid run is seen before anything is sent."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import Runs, reasons, results
from tests.fleet.labs import lab_for

PROXY = """\
#!{python} -I
import os, select, socket
far = socket.create_connection((open("{way}").read().strip(), 22))
while True:
    for end in select.select([0, far], [], [])[0]:
        piece = os.read(0, 65536) if end == 0 else far.recv(65536)
        if not piece:
            raise SystemExit
        far.sendall(piece) if end == 0 else os.write(1, piece)
"""


@pytest.fixture(scope="module")
def hosts() -> Iterator[Lab]:
    with lab_for("answers", 3, light=True) as made:
        yield made


class Site:
    """web1 is reached by a proxy of the inventory, which leads to the address that a file has; its pins allow all three."""

    def __init__(self, folder: Path, lab: Lab) -> None:
        self.lab, self.way = lab, folder / "leads-to"
        self.addresses = {host.name: str(host.address) for host in lab.hosts}
        self.machines = {name: lab.ssh(name, "cat /etc/machine-id").out.strip() for name in self.addresses}
        project = folder / "project"
        project.mkdir()
        self.runs = Runs(folder, lab, project=project, accelerate="orch")
        proxy = folder / "proxy"
        proxy.write_text(PROXY.format(python=sys.executable, way=self.way))
        proxy.chmod(0o755)
        self.way.write_text(self.addresses["web1"])
        self.pins = folder / "pins"
        keys = [line.split(maxsplit=1)[1] for line in lab.known_hosts.read_text().splitlines()]
        self.pins.write_text("".join(f"{at} {key}\n" for at in self.addresses.values() for key in keys))
        led = f"    web1:\n      ansible_ssh_common_args: -o ProxyCommand={proxy}\n"
        text = lab.inventory.read_text().replace("    web1:\n", led, 1)
        self.runs.inventory = folder / "inventory.yml"
        self.runs.inventory.write_text(text)

    def moved(self, host: str) -> list[dict[str, Any]]:
        """The tasks that have the proxy lead elsewhere from now on."""
        content = {"content": self.addresses[host], "dest": str(self.way)}
        return [
            {"name": "Lead elsewhere", "ansible.builtin.copy": content, "delegate_to": "localhost"},
            {"ansible.builtin.meta": "reset_connection"},
        ]

    def run(self, *tasks: dict[str, Any], **changes: Any) -> AttemptOutcome:
        for name in self.addresses:
            self.lab.ssh(name, "rm -f /tmp/written")
        play = {"hosts": "web1", "gather_facts": False, "tasks": list(tasks)}
        (self.runs.project / "site.yml").write_text(json.dumps([play]))
        beside = {name: machine for name, machine in self.machines.items() if name != "web1"}
        given = {
            "addresses": {"web1": f"{self.addresses['web1']}:22"},
            "machines": {"web1": self.machines["web1"]},
            "machines_beside": beside,
            "known_hosts": str(self.pins),
            "allowance": Allowance(delegates=("localhost", "web3")),
        }
        return self.runs.run("site.yml", ("web1",), **{**given, **changes})

    def written(self) -> list[str]:
        """The hosts on which the task wrote its file."""
        return [name for name in self.addresses if self.lab.ssh(name, "test -e /tmp/written").code == 0]


def written(**more: Any) -> dict[str, Any]:
    return {"name": "Write", "ansible.builtin.copy": {"content": "x", "dest": "/tmp/written"}, **more}


@pytest.fixture
def site(tmp_path: Path, hosts: Lab) -> Site:
    return Site(tmp_path, hosts)


def test_each_answer_says_on_which_machine_it_ran(site: Site) -> None:
    outcome = site.run(written(), written(delegate_to="web3"))
    assert (results(outcome), outcome.faults) == ({"web1": "done"}, ()), reasons(outcome)
    sessions = {each.acting: each for each in outcome.hosts[0].sessions}
    assert {name: each.machine for name, each in sessions.items()} == {
        name: site.machines[name] for name in ("web1", "web3")
    }
    boot = site.lab.ssh("web1", "cat /proc/sys/kernel/random/boot_id").out.strip()
    first = sessions["web1"]
    assert (first.place, first.boot, first.user) == (f"{site.addresses['web1']}:22", boot, "deploy")
    assert first.answers >= 2
    assert sorted(site.written()) == ["web1", "web3"]


@pytest.mark.slow
def test_another_machine_behind_the_same_way_gets_nothing(site: Site) -> None:
    outcome = site.run(written(), *site.moved("web2"), written(), *site.moved("web1"))
    assert results(outcome) == {"web1": "unknown"}
    assert f"answered by machine {site.machines['web2']}" in reasons(outcome)
    assert f"web1 was machine {site.machines['web1']}" in reasons(outcome)
    assert site.written() == ["web1"]


@pytest.mark.slow
def test_a_playbook_that_rescues_it_gains_nothing(site: Site) -> None:
    tasks = {
        "block": [*site.moved("web2"), written()],
        "rescue": [written()],
        "always": [{"ansible.builtin.debug": {"msg": "on"}}],
    }
    outcome = site.run({**written(), "name": "First"}, tasks)
    assert results(outcome) == {"web1": "unknown"}
    assert site.written() == ["web1"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("host", "delegates", "result"),
    [("web3", ("web3",), "done"), ("web3", (), "unknown"), ("web2", ("web3",), "unknown")],
)
def test_an_address_that_a_task_sets_is_held_to_the_machine_there(
    site: Site, host: str, delegates: tuple[str, ...], result: str
) -> None:
    led = {"ansible_host": site.addresses[host]}
    outcome = site.run(
        {**written(), "name": "First"},
        written(vars=led),
        inventory=str(site.lab.inventory),
        allowance=Allowance(delegates=delegates),
    )
    assert results(outcome) == {"web1": result}, reasons(outcome)


@pytest.mark.slow
def test_an_impostor_at_a_delegates_place_gets_nothing(site: Site) -> None:
    """The delegate is what the deployment knows of it, though no play of the run is for it."""
    machines = {name: machine for name, machine in site.machines.items() if name != "web1"}
    outcome = site.run(
        {**written(), "name": "First"},
        written(delegate_to="web3"),
        machines_beside={**machines, "web3": "f" * 32},
    )
    assert results(outcome) == {"web1": "unknown"}
    assert "web3 was machine " + "f" * 32 in reasons(outcome)
    assert "web3" not in site.written()


@pytest.mark.slow
def test_a_proxy_that_a_task_sets_is_refused_as_ever(site: Site) -> None:
    led = {"ansible_ssh_common_args": "-o ProxyCommand=/bin/true"}
    outcome = site.run({**written(), "name": "First"}, written(vars=led))
    assert results(outcome) == {"web1": "not_done"}
    assert "orch refuses ssh_common_args" in reasons(outcome)
