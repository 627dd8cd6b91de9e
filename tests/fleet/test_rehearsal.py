"""Nothing reaches live that was not rehearsed as it is: on real hosts, with real keys, by the command line."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.labs import lab_for
from tests.fleet.rehearsal_site import LIVE, ORCH, PLAN, REHEARSE, STAGING, Site

POLICY = "policies/live.yml"
FREEZE = "freezes: [{name: audit, zone: UTC, starts: 2020-01-01T00:00, lasts: 1h, reason: auditors}]\n"
WAVES = "strategy: {kind: phased, hosts: web, playbook: playbooks/app.yml, waves: [1, rest]}"

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with lab_for("rehearsal", 4, light=True) as made:
        yield made


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Iterator[Site]:
    yield Site(lab, tmp_path)
    for host in (*STAGING, *LIVE):
        assert lab.ssh(host, "sudo rm -rf /opt/app").code == 0


def test_live_is_refused_until_what_will_run_was_rehearsed(site: Site) -> None:
    refused = site.orch("deploy", PLAN, expect=4)
    assert re.search(r"no rehearsal certificate counts for plan \w{16}, playbook tree", refused)
    [command] = set(re.findall(r"orch rehearse \S+ --in \w+", refused))
    assert site.pages(*STAGING, *LIVE) == ["", "", "", ""]

    output = site.orch(*shlex.split(command)[1:])
    assert "Run a second time, playbooks/app.yml and rollback/app.yml changed nothing." in output
    assert site.pages(*STAGING, *LIVE) == ["", "", "", ""]
    [certificate] = site.certificates()
    assert (certificate["environment"], certificate["restored"], certificate["failure_in"]) == (
        "staging",
        True,
        [0],
    )
    [wave] = certificate["waves"]
    assert wave["hosts"] == len(STAGING)
    assert min(wave["deploy"], wave["verify"], wave["back_out"]) > 0

    # One character, in a comment even: what is approved of is bytes.
    site.edit("rollback/app.yml", "Take the app", "take the app")
    changed = site.orch("deploy", PLAN, expect=4)
    assert "does not cover playbook tree (rollback/app.yml changed)" in changed
    assert site.pages(*LIVE) == ["", ""]

    site.edit("rollback/app.yml", "take the app", "Take the app")
    # A freeze is not about the rehearsal: the certificate still counts.
    with (site.project / POLICY).open("a") as policy:
        policy.write(FREEZE)
    assert "in force from this first deployment under it on" in site.orch("deploy", PLAN)
    assert site.pages(*LIVE) == ["hello\n", "hello\n"]

    # What governed stays in force, whatever happens to its file, until somebody ends it.
    (site.project / "policies").rename(site.project / "once")
    gone = site.orch("deploy", PLAN, expect=4)
    [command] = set(re.findall(r"orch policy withdraw \S+", gone))
    assert site.pages(*LIVE) == ["hello\n", "hello\n"]
    assert "signed by Rae Ortiz" in site.orch(*shlex.split(command)[1:], "--reason", "the end of it")


@pytest.mark.slow
def test_a_playbook_that_changes_each_time_gets_no_certificate(site: Site) -> None:
    site.edit("playbooks/app.yml", '"{{ greeting }}\\n"', '"{{ now() }} {{ orch.attempt }}\\n"')
    output = site.orch(*REHEARSE, expect=5)
    assert "playbooks/app.yml, run a second time on web1, changed it again: 'Write the page'" in output
    assert site.certificates() == []
    assert site.pages(*STAGING) == ["", ""]


@pytest.mark.slow
def test_a_failure_is_injected_in_the_wave_that_is_named(site: Site) -> None:
    site.edit(PLAN, "strategy: {kind: big-bang, hosts: web, playbook: playbooks/app.yml}", WAVES)
    site.orch(*REHEARSE, "--fail-in", "1", "--no-twice")
    [certificate] = site.certificates()
    assert (certificate["failure_in"], certificate["idempotent"]) == ([0], [])
    status = site.orch("status", certificate["deployments"][1])
    assert "by the injected failure" in " ".join(status.split())
    refused = site.orch("deploy", PLAN, expect=4)
    assert "not shown to be idempotent: playbooks/app.yml, rollback/app.yml" in refused


@pytest.mark.slow
def test_a_rehearsal_that_was_killed_goes_on_and_says_the_truth(site: Site) -> None:
    site.edit(PLAN, "strategy: {kind: big-bang, hosts: web, playbook: playbooks/app.yml}", WAVES)
    with subprocess.Popen(
        [*ORCH, *REHEARSE, "--json"], cwd=site.project, env=site.environment, stdout=subprocess.PIPE, text=True
    ) as driver:  # fmt: skip
        assert driver.stdout is not None
        for line in driver.stdout:
            if json.loads(line).get("event", {}).get("kind") == "attempt_intended" and '"wave":1' in line:
                break
        time.sleep(0.3)
        driver.send_signal(signal.SIGKILL)
    assert site.certificates() == []
    site.orch("resume")
    site.orch(*REHEARSE)
    [certificate] = site.certificates()
    assert certificate["idempotent"] == ["playbooks/app.yml", "rollback/app.yml"]
    assert [wave["wave"] for wave in certificate["waves"]] == [0, 1]
    listed = [json.loads(line) for line in site.orch("list", "--json").splitlines()]
    assert [row["rehearsal"]["passed"] for row in listed] == [True, True]
    assert [row["id"] for row in reversed(listed)] == certificate["deployments"]
    assert site.pages(*STAGING) == ["", ""]
