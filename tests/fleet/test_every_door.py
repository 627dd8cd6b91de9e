"""What may start on real hosts by whichever door: beside what runs, in a freeze, and in the next environment of a flow."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import ExitCode
from orchestrator.lab.fleet import Lab
from tests.fleet.notes_site import ORCH, Site, until, yaml_of

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

FLOW = ("development", "test", "staging", "live")


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Site:
    return Site(lab, tmp_path)


def having(plan: str, **sections: dict[str, Any]) -> str:
    """The plan with more in its sections; the path of its file."""
    lines = (line.partition(": ") for line in Path(plan).read_text().splitlines())
    tree: dict[str, Any] = {name: json.loads(words) for name, _, words in lines}
    for name, more in sections.items():
        tree[name] |= more
    Path(plan).write_text(yaml_of(tree))
    return plan


def test_what_is_started_by_hand_beside_what_runs_is_refused_for_all_that_it_shares(site: Site) -> None:
    ledger = having(site.plan("ledger", "web1", soak="30s"), release={"service": "ledger", "cis": ["db-1"]})
    shop = having(
        site.plan("shop", "web1,web2"), release={"service": "shop", "depends_on": ["ledger"], "cis": ["db-1"]}
    )
    first = subprocess.Popen(
        [*ORCH, "deploy", ledger], cwd=site.project, env=site.environment, stdout=subprocess.DEVNULL
    )
    try:
        running = _deploying(site)
        output = site.orch("deploy", shop, expect=ExitCode.REFUSED)
        for shared in ("machine web1", "ci db-1", "dependency shop > ledger"):
            assert (
                f"{running}: runs and shares {shared}; wait until it is over: orch status {running}" in output
            )
        entry = json.loads(site.orch("schedule", "add", shop, "--at", "in 1m", "--json"))
        assert [(c["other"], c["kind"]) for c in entry["conflicts"]] == [
            (running, "machine"), (running, "ci"), (running, "dependency")]  # fmt: skip
        assert "shop" not in site.notes("web2")
    finally:
        assert first.wait(timeout=400) == 0
    name = str(entry["booking"]["id"])
    site.orch("schedule", "withdraw", name, "--reason", "by hand after all")
    site.orch("deploy", shop)
    two = str(json.loads(site.orch("list", "--json").splitlines()[0])["id"])
    for deployment in (two, running):
        site.orch("rollback", deployment, "--reason", "end of the test", expect=5)


def _deploying(site: Site) -> str:
    """The id of the first deployment, once it has begun."""
    for _ in range(240):
        listed = site.orch("list", "--json").splitlines()
        if listed and json.loads(listed[0])["opened_at"]:
            return str(json.loads(listed[0])["id"])
        time.sleep(0.25)
    raise AssertionError("it never began")


def _started_by_a_machine(site: Site, name: str, folder: Path) -> None:
    """A machine starts what a person signed when it was scheduled, and says nothing else."""
    timer = str(folder / "timer.pem")
    site.orch("keys", "new", "--machine", "timer", "--file", timer, "--no-passphrase")
    site.orch("keys", "trust", str(folder / "timer.pub.json"), "--machine", "timer")
    site.orch("pause", name, "--key", timer, expect=ExitCode.REFUSED)
    assert [what for _, what, _ in site.run_due("--key", timer)] == ["started", "ended"]
    assert "drove it: timer" in site.orch("record", "show", name)


def test_a_role_of_the_policy_lifts_a_freeze_and_no_other_does(site: Site, tmp_path: Path) -> None:
    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    freeze = {
        "name": "audit",
        "zone": "UTC",
        "starts": hour_ago,
        "lasts": "5h",
        "reason": "the auditors are here",
    }
    rules = {"orch": 1, "policy": "lab", "version": 1, "title": "Lab",
             "freezes": [{**freeze, "override": ["service owner"]}]}  # fmt: skip
    (site.project / "policies" / "lab.yml").write_text(yaml_of(rules))
    site.environment["ORCH_KEY"] = str(tmp_path / "ada.pem")
    people = {"nadia": "service owner", "li": "change manager", "ada": "deployment practitioner"}
    for name, role in people.items():
        key, words = str(tmp_path / f"{name}.pem"), ("--person", name, "--role", role)
        site.orch("keys", "new", "--file", key, "--no-passphrase", *words)
        site.orch("keys", "trust", str(tmp_path / f"{name}.pub.json"), *words)
    entry = site.scheduled(lambda at: site.plan("lifted", "web3"), "--despite", "audit")
    name = str(entry["booking"]["id"])
    assert entry["booking"]["blocked_by"] == ["audit"]
    assert "approved, blocked by the freeze audit" in site.orch("schedule", "list")
    until(entry)
    assert [what for _, what, _ in site.run_due(expect=ExitCode.HELD)] == ["not admitted"]

    def override(person: str, role: str, expect: int) -> None:
        words = ("--override", "audit", "--as", role, "--reason", "they agreed", "--yes")
        site.orch("approve", name, *words, "--key", str(tmp_path / f"{person}.pem"), expect=expect)

    override("li", "change manager", ExitCode.REFUSED)
    assert [what for _, what, _ in site.run_due(expect=ExitCode.HELD)] == ["not admitted"]
    override("nadia", "service owner", ExitCode.COMPLETED)
    _started_by_a_machine(site, name, tmp_path)
    assert "overridden: audit: nadia as service owner (they agreed)" in site.orch("record", "show", name)
    site.orch("rollback", name, "--reason", "end of the test", expect=ExitCode.REFUSED)
    leave = ("--roll-back", "--as", "service owner", "--reason", "they agreed", "--yes")
    site.orch("approve", name, *leave, "--key", str(tmp_path / "nadia.pem"))
    site.orch("rollback", name, "--reason", "end of the test", expect=5)


def test_a_release_goes_through_every_environment_of_its_flow_in_turn(site: Site) -> None:
    models = site.project / "models"
    models.mkdir()
    model = {"orch": 1, "model": "staged", "version": 1, "title": "In turn", "purpose": "Nothing skips staging.",
             "flow": list(FLOW), "requires": {"strategies": ["big-bang"]},
             "steps": [{"step": "In turn.", "role": "deployment practitioner", "seen_by": "the records"}]}  # fmt: skip
    (models / "staged.yml").write_text(yaml_of(model))

    def plan(environment: str) -> str:
        made = Path(site.plan("flow", f"web{FLOW.index(environment) + 1}"))
        own = made.rename(made.with_name(f"{environment}.yml"))
        return having(
            str(own), strategy={"model": "models/staged.yml"}, resources={"environment": environment}
        )

    for number, environment in enumerate(FLOW):
        for last, later in pairwise(FLOW[number:]):
            output = site.orch("deploy", plan(later), expect=ExitCode.REFUSED)
            assert f"flow 1.0 in {later}: it has not succeeded in {last}; deploy it to {last} first" in output
        site.orch("deploy", plan(environment))
        assert "flow" in site.notes(f"web{number + 1}")
    for row in map(json.loads, site.orch("list", "--json").splitlines()):
        if row["state"] == "completed":
            site.orch("rollback", row["id"], "--reason", "end of the test", expect=5)
