"""Deployments to real hosts under a change ticket: a system over HTTP, what people do there, and real drivers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.small_site import SmallSite, events_of
from tests.worlds.ticket_systems import Jira, Served, ServiceNow, serving

pytestmark = pytest.mark.timeout(400)
HOUR = timedelta(hours=1)


@pytest.fixture(params=["servicenow", pytest.param("jira", marks=pytest.mark.slow)])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with serving(ServiceNow() if request.param == "servicenow" else Jira()) as system:
        yield system


@pytest.fixture
def site(lab: Lab, tmp_path: Path, served: Served) -> Iterator[SmallSite]:
    credentials = tmp_path / "credentials"
    credentials.write_text("orch:s3cret\n")
    credentials.chmod(0o600)
    jira = isinstance(served.world, Jira)
    places = {
        "SYSTEM": "jira" if jira else "servicenow",
        "URL": served.url,
        "PROJECT": "OPS" if jira else "null",
        "CREDENTIALS": str(credentials),
    }
    yield SmallSite(lab, tmp_path, "ticketed", places)
    for host in ("web1", "web2"):
        lab.ssh(host, "sudo rm -f /etc/ticketed.conf")


def driver(site: SmallSite, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=site.project,
        env=site.environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def approve(served: Served, number: str) -> None:
    now = datetime.now(UTC)
    served.world.approve(number, now - HOUR, now + HOUR)


@pytest.mark.long
def test_a_deployment_from_its_change_to_the_result_that_was_owed(
    lab: Lab, served: Served, site: SmallSite
) -> None:
    opened = site.orch("change", "open", "plans/app.yml")
    assert opened.returncode == 0, opened.stdout + opened.stderr
    number = opened.stdout.split()[0]
    approve(served, number)

    first = driver(site, "deploy", "plans/app.yml", "--json")
    held: dict[str, Any] = {}
    for held in events_of(first):
        if held.get("kind") == "wave_deployed":
            served.world.cancel(number)
    assert (first.wait(60), held["state"]) == (8, "deploying")
    assert lab.ssh("web1", "cat /etc/ticketed.conf").out == "2.0.0\n"
    assert lab.ssh("web2", "test -e /etc/ticketed.conf").code != 0

    approve(served, number)
    second = driver(site, "retry", held["deployment"], "--reason", "it is approved again", "--json")
    events = []
    for event in events_of(second):
        events.append(event)
        if (event.get("kind"), event.get("wave")) == ("wave_verified", 1):
            served.down = True
    assert second.wait(60) == 0, "how it ended does not depend on the ticket system"
    assert [event["trouble"] for event in events if event.get("kind") == "delivery_owed"] == ["unreachable"]
    assert lab.ssh("web2", "cat /etc/ticketed.conf").out == "2.0.0\n"
    assert f"owed to change ticket {number}" in site.orch("status").stdout
    assert served.world.results_told(number) == []

    served.down = False
    due = site.orch("run-due", "--json")
    assert [json.loads(line)["what"] for line in due.stdout.splitlines()] == ["delivered"]
    [text] = served.world.results_told(number)
    assert "Hosts: 2 verified" in text
    assert set(served.authorised) == {"Basic b3JjaDpzM2NyZXQ="}
    assert "s3cret" not in site.orch("record", "show", "--json").stdout


@pytest.mark.slow
def test_a_driver_that_is_killed_while_it_delivers_has_told_it_once(served: Served, site: SmallSite) -> None:
    """It is killed when the system has taken the first word of the result, and nobody knows that yet."""
    opened = site.orch("change", "open", "plans/app.yml")
    number = opened.stdout.split()[0]
    approve(served, number)
    running = driver(site, "deploy", "plans/app.yml", "--json")
    served.on_deed = running.kill
    assert running.wait(120) == -9
    served.on_deed = lambda: None
    assert json.loads(site.orch("status", "--json").stdout)["state"] == "completed"
    due = site.orch("run-due", "--json")
    assert [json.loads(line)["what"] for line in due.stdout.splitlines()] == ["delivered"]
    assert len(served.world.results_told(number)) == 1
    assert site.orch("run-due", "--json").stdout == ""
