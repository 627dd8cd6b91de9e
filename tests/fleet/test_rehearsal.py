"""Nothing reaches live that was not rehearsed as it is: on real hosts, with real keys, by the command line."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.lab.fleet import Lab
from tests.fleet.labs import lab_for

PROJECT = Path(__file__).parents[1] / "cases/rehearsal/project"
ORCH = [sys.executable, "-m", "orchestrator"]
STAGING, LIVE = ("web1", "web2"), ("web3", "web4")
PLAN = "plans/app.yml"
REHEARSE = ("rehearse", PLAN, "--in", "staging")
POLICY = "policies/live.yml"
FREEZE = "freezes: [{name: audit, zone: UTC, starts: 2020-01-01T00:00, lasts: 1h, reason: auditors}]\n"
WAVES = "strategy: {kind: phased, hosts: web, playbook: playbooks/app.yml, waves: [1, rest]}"

pytestmark = pytest.mark.timeout(900)


class Site:
    """Two environments with hosts of their own, a project whose policy asks for a rehearsal, and the key of an issuer."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.project, self.home = lab, folder / "project", folder / "orch"
        key = folder / "key.pem"
        self.environment = {
            **os.environ, "ORCH_HOME": str(self.home), "ORCH_KEY": str(key), "LANG": "C.UTF-8"
        }  # fmt: skip
        shutil.copytree(PROJECT, self.project)
        for name, hosts in (("staging", STAGING), ("live", LIVE)):
            _inventory(lab, self.project / f"inventories/{name}/hosts.yml", hosts)
        role = ("--person", "Rae Ortiz", "--role", "rehearsal issuer")
        self.orch("keys", "new", "--file", str(key), "--no-passphrase", *role)
        self.orch("keys", "trust", str(folder / "key.pub.json"))

    def orch(self, *words: str, expect: int = 0) -> str:
        """Run `orch ...` to its end; what it said."""
        ended = self._run([*ORCH, *words])
        output = f"{ended.stdout[-6000:]}\n{ended.stderr[-3000:]}"
        assert ended.returncode == expect, f"orch {' '.join(words)}: exit {ended.returncode}\n{output}"
        return ended.stdout + ended.stderr

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.project, env=self.environment, capture_output=True, text=True, timeout=280, check=False
        )  # fmt: skip

    def edit(self, path: str, was: str, now: str) -> None:
        """Put `now` where `was` stands."""
        file = self.project / path
        text = file.read_text()
        assert text.count(was) == 1
        file.write_text(text.replace(was, now))

    def pages(self, *hosts: str) -> list[str]:
        """What the hosts themselves have of the release."""
        return [self.lab.ssh(host, "cat /opt/app/page 2>/dev/null || true").out for host in hosts]

    def certificates(self) -> list[dict[str, Any]]:
        files = sorted((self.home / "certificates").glob("*.json"))
        return [json.loads(file.read_text())["certificate"] for file in files]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with lab_for("rehearsal", 4, light=True) as made:
        yield made


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Iterator[Site]:
    yield Site(lab, tmp_path)
    for host in (*STAGING, *LIVE):
        assert lab.ssh(host, "sudo rm -rf /opt/app").code == 0


def _inventory(lab: Lab, file: Path, hosts: tuple[str, ...]) -> None:
    yaml = YAML(typ="safe", pure=True)
    web = yaml.load(lab.inventory)["web"]
    web["hosts"] = {name: web["hosts"][name] for name in hosts}
    with file.open("w") as stream:
        yaml.dump({"web": web}, stream)


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
