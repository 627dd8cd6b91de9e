"""Scheduled deployments on real hosts: `orch run-due` starts them, in turn, and a freeze or a missed start is told."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.errors import ExitCode
from orchestrator.lab.fleet import Lab
from tests.fleet.notes_site import Site, until, yaml_of

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Site:
    return Site(lab, tmp_path)


def kinds(site: Site, deployment: str) -> list[str]:
    """The kinds of the events on its journal."""
    lines = map(json.loads, site.orch("record", "show", deployment, "--json").splitlines())
    return [line["event"]["kind"] for line in lines if "event" in line]


@pytest.mark.long
def test_what_is_scheduled_for_a_window_starts_when_it_is_due(site: Site) -> None:
    def plan(opens: datetime) -> str:
        closes = opens + timedelta(minutes=30)
        return site.plan("due", "web1", window={"opens": opens.isoformat(), "closes": closes.isoformat()})

    entry = site.scheduled(plan)
    name = entry["booking"]["id"]
    assert (entry["booking"]["state"], entry["booking"]["by_address"]) == ("approved", [])
    until(entry)
    assert [(deployment, what) for deployment, what, _ in site.run_due()] == [
        (name, "started"),
        (name, "ended"),
    ]
    assert (site.state(name), "due" in site.notes("web1")) == ("completed", True)
    assert site.run_due() == []
    site.orch("rollback", name, "--reason", "end of the test", expect=5)


@pytest.mark.slow
def test_two_that_share_a_host_conflict_when_scheduled_and_take_turns_when_run(site: Site) -> None:
    first = site.scheduled(lambda at: site.plan("one", "web1,web2", soak="20s"))
    second = site.scheduled(lambda at: site.plan("two", "web2,web3", soak="20s"))
    shared = [(c["other"], c["kind"], c["what"]) for c in second["conflicts"]]
    assert shared == [(first["booking"]["id"], "machine", ["web2"])]
    site.orch("schedule", "conflicts", second["booking"]["id"], expect=10)
    until(first)
    until(second)
    in_turn = sorted((first, second), key=lambda entry: str(entry["booking"]["starts"]))
    first_due, two = (str(entry["booking"]["id"]) for entry in in_turn)
    lines = site.run_due("--once")
    assert [(name, what) for name, what, _ in lines] == [(first_due, "started"), (two, "waits")]
    assert f"{first_due} runs and shares machine web2" in lines[1][2]
    for _ in range(240):
        if site.state(first_due) == "completed":
            break
        time.sleep(0.5)
    assert [(name, what) for name, what, _ in site.run_due()] == [(two, "started"), (two, "ended")]
    assert (site.state(first_due), site.state(two)) == ("completed", "completed")
    site.orch("rollback", two, "--reason", "end of the test", expect=5)
    site.orch("rollback", first_due, "--reason", "end of the test", expect=5)


@pytest.mark.slow
def test_two_look_at_once_and_one_is_killed_and_it_starts_once(site: Site) -> None:
    """Killed the moment its driver is there, which is after it was due and before it has begun."""
    entry = site.scheduled(lambda at: site.plan("once", "web1"))
    name = str(entry["booking"]["id"])
    until(entry)
    log = Path(site.environment["ORCH_HOME"]) / "driven" / f"{name}.log"
    looks = [site.look() for _ in range(2)]
    for _ in range(2000):
        if log.exists():
            break
        time.sleep(0.02)
    before = kinds(site, name)
    looks[0].kill()
    looked = [json.loads(line)["what"] for line in looks[1].communicate(timeout=400)[0].splitlines()]
    looks[0].wait()
    for _ in range(240):
        if site.state(name) == "completed":
            break
        looked += [what for _, what, _ in site.run_due()]
    after = kinds(site, name)
    assert site.state(name) == "completed", (before, looked)
    assert (after.count("window_opened"), after.count("attempt_intended")) == (1, 1), (before, looked)
    assert site.run_due() == []
    site.orch("rollback", name, "--reason", "end of the test", expect=5)


@pytest.mark.slow
def test_a_freeze_that_came_after_it_was_scheduled_refuses_it_by_name(site: Site) -> None:
    policy = site.project / "policies" / "lab.yml"
    rules = {"orch": 1, "policy": "lab", "version": 1, "title": "Lab"}
    policy.write_text(yaml_of(rules))
    entry = site.scheduled(lambda at: site.plan("frozen", "web1"))
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    freeze = {"name": "sale", "zone": "UTC", "starts": hour_ago, "lasts": "5h", "reason": "the summer sale"}
    policy.write_text(yaml_of({**rules, "freezes": [freeze]}))
    until(entry)
    (line,) = site.run_due(expect=ExitCode.REFUSED)
    assert line[:2] == (entry["booking"]["id"], "refused")
    assert "policy (lab 1 changed)" in line[2]
    assert "sale: frozen until" in line[2]
    assert "frozen" not in site.notes("web1")
    assert site.run_due() == []
    ended = site.begin("schedule", "add", site.plan("again", "web1"), "--at", "in 1h")
    assert (ended.returncode, "the freeze sale binds then, because the summer sale" in ended.stderr) == (
        4,
        True,
    )
