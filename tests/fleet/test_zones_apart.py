"""Zones that a plan names, nodes over TLS, work that changes nodes and machines in the middle of a deployment."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.conftest import NewLab
from tests.fleet.small_site import ended_of, events_of
from tests.fleet.zoned_site import ZonedSite
from tests.worlds.private_authority import PrivateAuthority

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]

PHASED = {"big-bang, hosts: all": "phased, waves: [1, rest], hosts: all"}


def soaking(seconds: int) -> dict[str, str]:
    """Two waves with a soak between them."""
    gate = f"gate: {{soak: {seconds}s, every: 5s}}"
    return {"big-bang, hosts: all": f"phased, waves: [1, rest], {gate}, hosts: all"}


@pytest.fixture
def pair(new_lab: NewLab) -> Lab:
    return new_lab(2, light=True)


def versions(lab: Lab) -> list[str]:
    return [lab.ssh(host.name, "cat /srv/app").out.strip() for host in lab.hosts]


def attempts_of(folder: Path) -> list[str]:
    """The attempts that a node has run, by their last part."""
    return sorted(
        path.name.partition(".")[2] for path in (folder / "attempts").glob("[!.]*") if path.is_dir()
    )


def test_two_zones_of_a_plan_are_deployed_to_by_their_nodes_over_tls(
    pair: Lab, tmp_path: Path, database_url: str
) -> None:
    first, second = (host.name for host in pair.hosts)
    zones = f"inventory: inventories/hosts.yml, zones: {{dmz: {first}, lan: {second}}}"
    plan = {**PHASED, "inventory: inventories/hosts.yml": zones}
    site = ZonedSite(pair, tmp_path, database_url, zone="", plan=plan)
    with site.server(PrivateAuthority(tmp_path / "authority")):
        in_dmz, in_lan = site.enrolled("n1", "dmz"), site.enrolled("n2", "lan")
        with site.node(in_dmz, "dmz"), site.node(in_lan, "lan"):
            deployed = ended_of(site.orch("deploy", "plans/app.yml", "--json"))
            assert deployed.code == 0, (deployed, site.printed("n1"), site.printed("n2"))
    assert (versions(pair), site.runs()) == (["2", "2"], [1, 1])
    assert [len(attempts_of(each)) for each in (in_dmz, in_lan)] == [1, 1]
    assert attempts_of(in_dmz) != attempts_of(in_lan)
    assert not list((tmp_path / "orch").glob("attempts/*")), "the driver ran a playbook itself"


def test_a_node_is_drained_and_keys_are_replaced_while_a_deployment_soaks(
    pair: Lab, tmp_path: Path, database_url: str
) -> None:
    site = ZonedSite(pair, tmp_path, database_url, plan=soaking(90))
    with site.server():
        drained, fresh = site.enrolled("n1"), site.enrolled("n2")
        first = site.begun_node(drained)
        driver = site.driver()
        events = events_of(driver)
        assert any(event["kind"] == "gate_reached" for event in events), site.printed("n1")
        with site.node(fresh):
            site.await_words("n2", "at work")
            assert site.orch("node", "drain", "n1").returncode == 0
            first.send_signal(signal.SIGTERM)
            first.wait(60)
            assert "node of dmz: ended" in site.printed("n1")
            replaced = site.orch("node", "rekey", "--now")
            assert replaced.returncode == 0, replaced.stderr
            listed = site.orch("node", "list").stdout
            last = list(events)[-1]
            assert driver.wait(10) == 0, (last, site.printed("n2"))
    assert "draining" in listed
    assert "the server has new keys" in site.printed("n2")
    assert (versions(pair), site.runs()) == (["2", "2"], [1, 1])
    assert [len(attempts_of(each)) for each in (drained, fresh)] == [1, 1]


def test_a_driver_elsewhere_fetches_the_private_copy_and_goes_on(
    pair: Lab, tmp_path: Path, database_url: str
) -> None:
    site = ZonedSite(pair, tmp_path, database_url, plan=soaking(25))
    home = tmp_path / "orch"
    with site.server():
        folder = site.enrolled("n1")
        with site.node(folder):
            driver = site.driver()
            assert any(event["kind"] == "gate_reached" for event in events_of(driver)), site.printed("n1")
            driver.kill()
            driver.communicate()
            home.rename(tmp_path / "the home of the machine that is gone")
            home.mkdir(mode=0o700)
            shutil.copytree(tmp_path / "the home of the machine that is gone" / "nodes", home / "nodes")
            (site.project / "playbooks/app.yml").write_text("- hosts: nobody\n")
            time.sleep(1)
            resumed = site.driver("resume", "--json")
            out, _ = resumed.communicate(timeout=400)
    assert resumed.returncode == 0, out[-2000:]
    assert (versions(pair), site.runs()) == (["2", "2"], [1, 1])
    [copy] = (home / "frozen").iterdir()
    assert "slow" in (copy / "playbooks/app.yml").read_text(), (
        "it is what was approved, not what is in the project now"
    )
    assert not list((home / "arriving").iterdir())
