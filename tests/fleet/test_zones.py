"""Hosts of a zone: a node that dials out over HTTP runs their playbooks and visits them, whoever dies meanwhile."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.conftest import NewLab
from tests.fleet.small_site import ended_of
from tests.fleet.zoned_site import ZonedSite, ended

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def pair(new_lab: NewLab) -> Lab:
    return new_lab(2, light=True)


def versions(lab: Lab) -> list[str]:
    return [lab.ssh(host.name, "cat /srv/app").out.strip() for host in lab.hosts]


def test_a_node_over_http_deploys_to_the_hosts_of_its_zone(
    pair: Lab, tmp_path: Path, database_url: str
) -> None:
    site = ZonedSite(pair, tmp_path, database_url)
    with site.server():
        folder = site.enrolled("n1")
        with site.node(folder):
            deployed = ended_of(site.orch("deploy", "plans/app.yml", "--json"))
            assert deployed.code == 0, (deployed, site.printed("n1"), site.printed("server"))
    assert versions(pair) == ["2", "2"]
    assert site.runs() == [1, 1]
    assert [path.name for path in (folder / "attempts").iterdir() if not path.name.startswith(".")]
    assert not list((tmp_path / "orch").glob("attempts/*")), "the driver ran a playbook itself"
    assert not list((folder / "work").iterdir()), "the node keeps what came with questions"
    assert not list((folder / "taken").iterdir())


def test_a_node_accelerates_what_it_runs_and_says_who_answered(
    pair: Lab, tmp_path: Path, database_url: str
) -> None:
    site = ZonedSite(pair, tmp_path, database_url)
    plan = site.project / "plans/app.yml"
    plan.write_text(plan.read_text().replace("kind: big-bang,", "kind: big-bang, accelerate: orch,"))
    with site.server():
        folder = site.enrolled("n1")
        with site.node(folder):
            deployed = ended_of(site.orch("deploy", "plans/app.yml", "--json"))
            assert deployed.code == 0, (deployed, site.printed("n1"), site.printed("server"))
    (ended_event,) = deployed.events["attempt_ended"]
    outcome = ended_event["outcome"]
    machines = [pair.ssh(host.name, "cat /etc/machine-id").out.strip() for host in pair.hosts]
    assert [{s["machine"] for s in host["sessions"]} for host in outcome["hosts"]] == [{m} for m in machines]
    assert outcome["stock"] == ""


def test_a_node_that_is_killed_and_started_anew_says_how_its_attempt_ended(
    pair: Lab, tmp_path: Path, database_url: str
) -> None:
    site = ZonedSite(pair, tmp_path, database_url, seconds=8)
    with site.server():
        folder = site.enrolled("n1")
        node = site.begun_node(folder)
        driver = site.driver()
        site.await_run()
        node.kill()
        node.wait(10)
        time.sleep(1)
        with site.node(folder):
            out, _ = driver.communicate(timeout=150)
    assert driver.returncode == 0, (out[-2000:], site.printed("n1"))
    assert (versions(pair), site.runs()) == (["2", "2"], [1, 1])


def test_a_driver_that_is_killed_leaves_an_attempt_that_the_next_one_adopts(
    pair: Lab, tmp_path: Path, database_url: str
) -> None:
    site = ZonedSite(pair, tmp_path, database_url, seconds=8)
    with site.server():
        folder = site.enrolled("n1")
        with site.node(folder):
            driver = site.driver()
            site.await_run()
            driver.kill()
            driver.communicate()
            resumed = ended_of(site.orch("resume", "--json"))
    assert resumed.code == 0, resumed
    assert resumed.events["attempt_adopted"]
    assert (versions(pair), site.runs()) == (["2", "2"], [1, 1])


def test_a_server_that_is_killed_and_comes_back_delays_and_changes_nothing(
    pair: Lab, tmp_path: Path, database_url: str
) -> None:
    site = ZonedSite(pair, tmp_path, database_url, seconds=8)
    with site.server() as server:
        folder = site.enrolled("n1")
        node = site.begun_node(folder)
        driver = site.driver()
        site.await_run()
        server.kill()
        server.wait(10)
        time.sleep(10)
    with site.server():
        out, _ = driver.communicate(timeout=150)
        ended(node)
    assert driver.returncode == 0, (out[-2000:], site.printed("n1"))
    assert (versions(pair), site.runs()) == (["2", "2"], [1, 1])


def test_a_deployment_is_driven_by_a_worker_and_taken_up_by_another(
    pair: Lab, tmp_path: Path, database_url: str
) -> None:
    site = ZonedSite(pair, tmp_path, database_url, seconds=8, zone="")
    planned = site.orch("schedule", "add", "plans/app.yml", "--at", "in 30s", "--json")
    assert planned.returncode == 0, planned
    name = json.loads(planned.stdout.splitlines()[-1])["booking"]["id"]
    first = site.worker("w1")
    deadline = time.monotonic() + 120
    while '"started"' not in (begun := site.orch("run-due", "--once", "--queue", "--json")).stdout:
        assert time.monotonic() < deadline, (begun, site.printed("w1"))
    site.await_run()
    first.kill()
    first.wait(10)
    second = site.worker("w2")
    watched = site.orch("watch", name, "--json")
    assert watched.returncode == 0, (watched.stdout[-2000:], site.printed("w2"))
    deadline = time.monotonic() + 90
    while f"{name}: completed" not in site.printed("w2"):
        assert time.monotonic() < deadline, site.printed("w2")
        time.sleep(0.5)
    ended(second)
    assert "worker: ended" in site.printed("w2")
    assert (versions(pair), site.runs()) == (["2", "2"], [1, 1])
