"""Runs inside a container: a deployment to a proved backout, attacks, ends of every kind, and nothing left of any."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from orchestrator.adapters.ansible.isolation.container import options
from orchestrator.adapters.ansible.isolation.needed_places import Needed
from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.errors import MachineLacks
from orchestrator.lab.fleet import Lab
from tests.adapters.ansible.local_runs import request, sleepers, unique_seconds, until, wait_for
from tests.cases.example.variants import project, variant
from tests.worlds.execution_images import IN_BOTH_ENGINES, Image

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), IN_BOTH_ENGINES]
PROJECT = Path(__file__).parents[1] / "cases/isolation"
SECRET = "what only orch knows"
HOSTS = ("web1", "web2", "web3")


class Box:
    """A home, and runs of a project in containers that act on this machine's container alone."""

    def __init__(self, folder: Path, image: Image) -> None:
        self.folder, self.home, self.image = folder, folder / "home", image
        (self.home / "attempts/other").mkdir(parents=True)
        (self.home / "journal.sqlite").write_text(SECRET)
        (self.home / "attempts/other/secret").write_text(SECRET)
        self.project = self.home / "frozen/d1"
        shutil.copytree(PROJECT, self.project)
        (self.project / "out").symlink_to(self.folder / "outputs", target_is_directory=True)
        (self.folder / "outputs").mkdir()
        self.playbooks = AnsiblePlaybooks(self.home / "attempts", home=self.home)

    def request(self, playbook: str, **changes: Any) -> AttemptRequest:
        given = {"isolation": "container", "execution_environment": self.image.name, "outputs": ("out",)}
        return request("a1", playbook, self.project, **{**given, **changes})

    def run(self, playbook: str, **changes: Any) -> AttemptOutcome:
        self.playbooks.start(self.request(playbook, **changes))
        outcome = until(self.playbooks, "a1", "finished").outcome
        assert outcome is not None
        return outcome

    def output(self) -> str:
        return (self.home / "attempts/a1/output.txt").read_text()


@pytest.fixture
def box(tmp_path: Path, image: Image) -> Box:
    return Box(tmp_path, image)


def left_of(image: Image, seconds: str) -> list[str]:
    """Containers in any state, processes of theirs, and what of the engine watches them, after a while without change."""
    deadline = time.monotonic() + 20
    left = ["not looked"]
    while left and time.monotonic() < deadline:
        watching = subprocess.run(
            ["pgrep", "-af", image.watchers], check=False, capture_output=True, text=True
        )
        there = image.asked("ps", "--all", "--format", "{{.Names}} {{.Status}}")
        left = [*there.stdout.splitlines(), *there.stderr.splitlines(), *watching.stdout.splitlines()]
        left += [f"sleep {pid}" for pid in sleepers(seconds)]
        time.sleep(0.2)
    return left


def test_a_run_in_a_container_finds_no_way_into_the_home(box: Box) -> None:
    variables = {"home": str(box.home), "attempt": str(box.home / "attempts/a1")}
    outcome = box.run("attack.yml", variables=variables)
    words = re.search(r"GOT\[(.*?)\]", box.output())
    assert words is not None, box.output()
    # What it writes where the home would be is in the container, and goes with it.
    assert set(filter(None, words[1].split(";"))) <= {"write", "mount again"}
    assert sorted(path.name for path in box.home.iterdir()) == ["attempts", "frozen", "journal.sqlite"]
    assert (outcome.faults, [host.result for host in outcome.hosts]) == ((), ["done"])
    assert box.image.containers() == []


def test_what_a_run_writes_for_people_is_there_and_what_it_is_passed_reaches_it_whole(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value of several lines cannot steer the container; the copy cannot be written."""
    monkeypatch.setenv("APP_KEY", "one\nORCH_STEERED=yes\nthree")
    monkeypatch.setenv("APP_OTHER", "plain = value, 'quoted'")
    outcome = box.run("passed.yml", pass_environment=("APP_KEY", "APP_OTHER"))
    assert [host.result for host in outcome.hosts] == ["done"], box.output()
    assert json.loads((box.folder / "outputs/seen").read_text()) == {
        "APP_KEY": "one\nORCH_STEERED=yes\nthree",
        "APP_OTHER": "plain = value, 'quoted'",
        "ORCH_STEERED": "",
        "copy": "refused",
    }
    assert "ORCH_STEERED" not in (box.home / "attempts/a1/worker.log").read_text()


def kill_worker(box: Box) -> None:
    pid = box.playbooks.sight("a1").worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def kill_client(box: Box) -> None:
    """The engine's own command; the container goes on without it."""
    client = f"{box.image.engine} run .*--name ansible_runner_a1"
    subprocess.run(["pkill", "-KILL", "-f", client], check=True)


@pytest.mark.parametrize("before", [lambda _: None, kill_worker], ids=["abort", "its worker was killed"])
def test_a_run_that_is_stopped_leaves_nothing(box: Box, before: Callable[[Box], None]) -> None:
    seconds = unique_seconds()
    box.playbooks.start(
        box.request("wait.yml", variables={"mark": str(box.folder / "outputs/mark"), "seconds": seconds})
    )
    wait_for(box.folder / "outputs/mark")
    while not sleepers(seconds):
        time.sleep(0.05)
    before(box)
    assert box.playbooks.stop("a1")
    assert left_of(box.image, seconds) == []


@pytest.mark.parametrize("mark", ["whole", "emptied"])
def test_a_run_whose_folder_was_removed_is_ended_by_what_is_on_record_of_it(box: Box, mark: str) -> None:
    """Its engine is asked; another that answers nobody is in the way only where nothing says which of them it was."""
    seconds = unique_seconds()
    given = {"mark": str(box.folder / "outputs/mark"), "seconds": seconds}
    box.playbooks.start(box.request("wait.yml", variables=given))
    wait_for(box.folder / "outputs/mark")
    (box.home / "attempts/a1").rename(box.folder / "taken away")
    if mark == "emptied":
        (box.home / "attempts/.begun/a1").write_text("")
    if mark == "emptied" and which("docker") and subprocess.run(["docker", "ps"], check=False).returncode:
        with pytest.raises(MachineLacks, match="It is not known what is left of the container of a1"):
            box.playbooks.stop("a1", "container")
    else:
        assert box.playbooks.stop("a1", "container")
    assert left_of(box.image, seconds) == []


def test_a_run_whose_engine_is_killed_ends_and_leaves_nothing(box: Box) -> None:
    seconds = unique_seconds()
    box.playbooks.start(
        box.request("wait.yml", variables={"mark": str(box.folder / "outputs/mark"), "seconds": seconds})
    )
    wait_for(box.folder / "outputs/mark")
    kill_client(box)
    outcome = until(box.playbooks, "a1", "finished").outcome
    assert outcome is not None
    assert [host.result for host in outcome.hosts] == ["unknown"]
    assert left_of(box.image, seconds) == []


@pytest.mark.parametrize("run_timeout", [0.5, 1.0, 2.0, 8.0])
def test_a_run_beyond_its_time_is_ended_with_all_of_it(box: Box, run_timeout: float) -> None:
    """Also while the container is being made."""
    seconds = unique_seconds()
    given = {"mark": str(box.folder / "outputs/mark"), "seconds": seconds}
    outcome = box.run("wait.yml", variables=given, run_timeout=run_timeout)
    assert outcome.out_of_time
    assert left_of(box.image, seconds) == []


def test_a_home_within_a_folder_that_is_shown_is_empty(box: Box) -> None:
    """As that of a project whose `.orch` is in it; a folder in the home is shown all the same."""
    places = [Needed(str(box.folder), writable=False), Needed(str(box.project), writable=False)]
    words = options(box.image.engine, places, box.home, (), "test")
    ended = box.image.asked("run", "--rm", *words, box.image.name, "find", str(box.home), "-maxdepth", "2")
    there = sorted(str(Path(line).relative_to(box.home)) for line in ended.stdout.split())
    assert there == [".", "frozen", "frozen/d1"], ended.stderr


def test_an_image_that_is_not_here_is_named_with_the_command_that_fetches_it(box: Box) -> None:
    absent = f"localhost/absent@sha256:{'0' * 64}"
    with pytest.raises(MachineLacks, match=f"podman pull {absent}"):
        box.playbooks.start(box.request("wait.yml", execution_environment=absent))
    assert box.playbooks.sight("a1").state == "absent"


class Site:
    """The shop on three hosts, and `orch` in its project, whose runs are in an image."""

    def __init__(self, lab: Lab, folder: Path, image: Image) -> None:
        self.lab, self.project = lab, project(folder)
        self.environment = {**os.environ, "ORCH_HOME": str(folder / "project-home"), "LANG": "C.UTF-8"}
        (self.project / "orch.toml").write_text(f'execution_environment = "{image.name}"\n')
        for version, kind in (("1.0.0", "big-bang"), ("1.2.0", "big-bang")):
            plan = variant(
                self.project / f"plans/shop-{version}.yml",
                kind,
                inventory=lab.inventory,
                hosts=",".join(HOSTS),
            )
            (self.project / f"plans/{version}.yml").write_text(plan)

    def popen(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "orchestrator", *words, "--json"],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def orch(self, *words: str, expect: int) -> list[dict[str, Any]]:
        driver = self.popen(*words)
        lines = [json.loads(line) for line in driver.stdout or ()]
        assert driver.wait() == expect, lines[-3:]
        return [line.get("event", line) for line in lines]

    def acts(self, host: str, deployment: str) -> list[str]:
        log = self.lab.ssh(host, "sudo cat /var/log/orch-acts.log").out
        return [line for line in log.splitlines() if f"deployment={deployment} " in line]


def test_a_release_is_deployed_another_fails_and_is_taken_back_and_a_killed_driver_repeats_nothing(
    lab: Lab, tmp_path: Path, image: Image
) -> None:
    site = Site(lab, tmp_path, image)
    driver = site.popen("deploy", "plans/1.0.0.yml")
    assert driver.stdout is not None
    for text in driver.stdout:
        line = json.loads(text)
        if line.get("event", {}).get("kind") == "attempt_intended":
            assert line["event"]["isolation"] == "container"
            deployment = line["deployment"]
            while not site.acts("web1", deployment):
                time.sleep(0.2)
            driver.send_signal(signal.SIGKILL)
            break
    driver.wait()
    lines = site.orch("resume", expect=0)
    assert "attempt_adopted" in [line.get("kind") for line in lines]
    took = next(line for line in lines if line.get("kind") == "driver_took")
    assert (took["ansible"]["source"], took["ansible"]["image"]) == ("image", image.name)
    for host in HOSTS:
        assert len({line.split("attempt=")[1].split()[0] for line in site.acts(host, deployment)}) == 1

    ended = next(line for line in lines if line.get("kind") == "attempt_ended")
    assert ended["outcome"]["opened"] == []

    failed = site.orch("deploy", "plans/1.2.0.yml", expect=5)
    assert failed[-1]["state"] == "backed out"
    assert {host["standing"] for host in failed[-1]["hosts"].values()} == {"restored"}
    site.orch("rollback", deployment, "--reason", "end of the test", expect=5)
    assert image.containers() == []
