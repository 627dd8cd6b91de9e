"""What was approved is what runs: on real hosts, with real keys, by the command line; each ingredient is swapped in turn."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.cases.authority.swaps import (
    ARTEFACT,
    BACKOUT,
    INVENTORY,
    NOTES,
    ONE_OF_EACH,
    PLAN,
    SWAPS,
    TEMPLATE,
    Swap,
    edit,
    project,
)
from tests.fleet.labs import lab_for

ORCH = [sys.executable, "-m", "orchestrator"]
PEOPLE = {"li": ("Li Wei", "change manager"), "omar": ("Omar Haddad", "service owner")}
HOSTS = ("web1", "web2")


class Site:
    """Two hosts, a project with every ingredient, two people with keys, and a deployment that both approved."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.folder, self.project = lab, folder, folder / "project"
        self.home = folder / "orch"
        key = str(folder / "ada.pem")
        self.environment = {**os.environ, "ORCH_HOME": str(self.home), "ORCH_KEY": key, "LANG": "C.UTF-8"}
        project(self.project, lab.inventory)
        deployer = ("Ada Berg", "deployment practitioner", "deployment manager")
        for name, (person, *roles) in {**PEOPLE, "ada": deployer}.items():
            words = ["--person", person, *(word for role in roles for word in ("--role", role))]
            self.orch("keys", "new", "--file", str(folder / f"{name}.pem"), "--no-passphrase", *words)
            self.orch("keys", "trust", str(folder / f"{name}.pub.json"))
        self.orch("deploy", PLAN, "--by", "Ada Berg", expect=8)
        self.deployment: str = json.loads(self.orch("list", "--json"))["id"]
        for name in PEOPLE:
            self.approve(name)
        self.approved = folder / "approved"
        shutil.copytree(self.home, self.approved)

    def fresh(self) -> None:
        """As it was when both had approved, and nothing more: the project and the journal."""
        project(self.project, self.lab.inventory)
        shutil.rmtree(self.home)
        shutil.copytree(self.approved, self.home)

    def clean(self) -> None:
        """The hosts as they were."""
        for host in HOSTS:
            assert self.lab.ssh(host, "sudo rm -rf /opt/app /var/log/acts.log").code == 0

    def approve(self, name: str, *more: str) -> None:
        role = PEOPLE[name][1]
        key = str(self.folder / f"{name}.pem")
        words = ("--as", role, "--reason", "looked at", "--key", key, *more)
        self.orch("approve", self.deployment, *words)

    def orch(self, *words: str, expect: int = 0) -> str:
        """Run `orch ...` to its end; what it printed."""
        ended = subprocess.run(
            [*ORCH, *words],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        report = (
            f"orch {' '.join(words)}: exit {ended.returncode}\n{ended.stdout[-3000:]}\n{ended.stderr[-2000:]}"
        )
        assert ended.returncode == expect, report
        return ended.stdout

    def go(self, verb: str = "resume", *more: str, expect: int) -> dict[str, Any]:
        """A verb that drives; its last line."""
        output = self.orch(verb, self.deployment, *more, "--json", expect=expect)
        last: dict[str, Any] = json.loads(output.splitlines()[-1])
        assert last["kind"] == "result"
        return last

    def acts(self) -> dict[str, list[str]]:
        """What ran on each host, as the hosts themselves tell."""
        shown = {host: self.lab.ssh(host, "sudo cat /var/log/acts.log || true").out for host in HOSTS}
        return {host: [line.split()[0] for line in log.splitlines()] for host, log in shown.items()}

    def copy(self, path: str) -> Path:
        """A file of the private copy."""
        return self.home / "frozen" / self.deployment / path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with lab_for("authority", len(HOSTS), light=True) as lab:
        yield Site(lab, tmp_path_factory.mktemp("authority"))


@pytest.fixture
def site(made: Site) -> Site:
    """With hosts that no test has touched."""
    made.fresh()
    return made


@pytest.fixture
def touched(site: Site) -> Iterator[Site]:
    """With hosts that the test may touch."""
    yield site
    site.clean()


# Of these two everybody sees that they are refused; make slow has one of each ingredient.
QUICK = ("a host elsewhere", "one character of the backout playbook")
ROWS = [
    row if row[0] in QUICK else pytest.param(*row, marks=pytest.mark.slow)
    for row in SWAPS
    if row[0] in ONE_OF_EACH
]


@pytest.mark.parametrize(
    ("what", "swap", "named"), ROWS, ids=[row[0] for row in SWAPS if row[0] in ONE_OF_EACH]
)
def test_a_swap_between_approval_and_start_is_refused_by_name(
    site: Site, what: str, swap: Swap, named: str
) -> None:
    swap(site.project)
    ended = site.go(expect=4)
    assert ended["state"] == "refused"
    assert any(named in reason for reason in ended["words"]), ended["words"]
    assert site.acts() == {"web1": [], "web2": []}
    assert not (site.home / "frozen" / site.deployment).exists()


def at_the_gate(site: Site) -> None:
    """The first wave is through, and a person is asked for before the second."""
    assert site.go(expect=8)["state"] == "at gate"
    assert site.acts() == {"web1": ["deploy"], "web2": []}


def taken_back(site: Site) -> None:
    """Both agree, and somebody else takes it back."""
    for name in PEOPLE:
        site.approve(name, "--roll-back")
    assert site.go("rollback", "--reason", "regret", "--by", "bo", expect=5)["state"] == "backed out"


@pytest.mark.slow
def test_what_nobody_swapped_runs_and_is_taken_back_by_agreement_and_not_by_a_passer_by(
    touched: Site,
) -> None:
    at_the_gate(touched)
    touched.orch("confirm", touched.deployment, expect=4)
    assert touched.go("confirm", "--note", "looked", expect=0)["state"] == "completed"
    for words in (("--reason", "felt like it"), ("--reason", "it burns", "--emergency")):
        touched.orch("rollback", touched.deployment, *words, "--by", "Passer-by", expect=4)
    touched.approve("li", "--roll-back")
    touched.orch("rollback", touched.deployment, "--reason", "one of two", "--by", "bo", expect=4)
    touched.approve("omar", "--roll-back")
    touched.orch("rollback", touched.deployment, "--reason", "my own", "--by", "Omar Haddad", expect=4)
    assert touched.acts() == {"web1": ["deploy"], "web2": ["deploy"]}
    ended = touched.go("rollback", "--reason", "INC-311", "--by", "bo", expect=5)
    assert ended["state"] == "backed out"
    assert touched.acts() == {host: ["deploy", "backout"] for host in HOSTS}
    assert "agreed to by Li Wei as change manager" in touched.orch("record", "show", touched.deployment)


@pytest.mark.slow
def test_the_project_may_go_on_while_the_copy_runs(touched: Site) -> None:
    """What somebody works on for the next release is not what this one runs from."""
    at_the_gate(touched)
    for folder in ("playbooks", "rollback", "dml", "plans", "models"):
        shutil.rmtree(touched.project / folder)
    assert touched.go("confirm", "--note", "looked", expect=0)["state"] == "completed"
    taken_back(touched)
    assert touched.acts() == {host: ["deploy", "backout"] for host in HOSTS}


# what is swapped in the private copy between the waves, and what the hold names
TAMPERED = [
    (BACKOUT, "absent", "Absent"),
    (ARTEFACT, "1.0.0", "1.0.1"),
    (TEMPLATE, "greeting", "greeting|upper"),
    (NOTES, "Add a line", "Add one line"),
    (INVENTORY, "ansible_host: 1", "ansible_host: 2"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "was", "now"), TAMPERED)
def test_a_swap_in_the_copy_between_waves_holds_and_is_put_back(
    touched: Site, path: str, was: str, now: str
) -> None:
    at_the_gate(touched)
    edit(touched.copy(path), was, now)
    held = touched.go("confirm", "--note", "looked", expect=8)
    assert any(f"({path} changed)" in words for words in held["words"]), held["words"]
    assert touched.acts() == {"web1": ["deploy"], "web2": []}
    edit(touched.project / path, was, now)
    assert touched.go("retry", expect=8)["state"] == "deploying"
    assert touched.acts() == {"web1": ["deploy"], "web2": []}
    edit(touched.project / path, now, was)
    assert touched.go("retry", expect=0)["state"] == "completed"
    touched.orch("rollback", touched.deployment, "--reason", "felt like it", "--by", "Passer-by", expect=4)
    assert touched.acts() == {"web1": ["deploy"], "web2": ["deploy"]}


@pytest.mark.long
def test_a_tampered_backout_playbook_never_runs(touched: Site) -> None:
    at_the_gate(touched)
    edit(touched.copy("rollback/app.yml"), "absent", "touch")
    held = touched.go("abort", "--reason", "regret", expect=8)
    assert any("(rollback/app.yml changed)" in words for words in held["words"]), held["words"]
    assert touched.acts() == {"web1": ["deploy"], "web2": []}
    assert touched.go("retry", expect=5)["state"] == "backed out"
    assert touched.acts() == {"web1": ["deploy", "backout"], "web2": []}


@pytest.mark.slow
def test_a_copy_that_changes_while_the_last_wave_runs_from_it_is_told_of_and_holds(touched: Site) -> None:
    """After its leave and before its end: nothing looks at the copy again before the deployment would be completed."""
    at_the_gate(touched)
    running = subprocess.Popen(
        [*ORCH, "confirm", touched.deployment, "--note", "looked", "--json"],
        cwd=touched.project,
        env=touched.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    for line in running.stdout:
        last = json.loads(line)
        if '"attempt_intended"' in line and '"web2"' in line:
            edit(touched.copy(BACKOUT), "absent", "touch")
    assert running.wait(timeout=280) == 8
    assert any(f"({BACKOUT} changed)" in words for words in last["words"]), last["words"]
    assert last["state"] == "deploying"
    assert touched.acts() == {"web1": ["deploy"], "web2": ["deploy"]}
    assert f"({BACKOUT} changed)" in touched.orch("record", "show", touched.deployment)
    assert touched.go("retry", expect=0)["state"] == "completed"
    assert touched.acts() == {"web1": ["deploy"], "web2": ["deploy", "deploy"]}
