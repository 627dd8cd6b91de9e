"""Runs in containers of podman without root, begun by a plain account: to a proved backout, and ended in every way."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from orchestrator.lab.roots.base import ready_base
from tests.adapters.ansible.local_runs import sleepers, unique_seconds
from tests.worlds.execution_images import Image, image_of_a_plain_account
from tests.worlds.plain_account import PlainAccount, plain_account

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("podman") is None, reason="podman is not installed here: make testing"),
    pytest.mark.skipif(
        shutil.which("newuidmap") is None, reason="uidmap is not installed here: make testing"
    ),
]
ROOT = Path(__file__).parents[2]
SECRET = "what only orch knows"


class Site:
    """The project of tests/cases/ways in the account's home, whose runs are in its image; `orch` as this account."""

    def __init__(self, lab: Lab, account: PlainAccount, image: Image) -> None:
        self.account, self.image, self.lab = account, image, lab
        self.project, self.orch_home = account.home / "project", account.home / "orch"
        shutil.rmtree(self.project, ignore_errors=True)
        shutil.rmtree(self.orch_home, ignore_errors=True)
        shutil.copytree(ROOT / "tests/cases/ways", self.project)
        self.orch_home.mkdir(mode=0o700)
        (self.orch_home / "secret").write_text(SECRET)
        inventory = Path(lab.inventory).read_text()
        for file in (lab.key, lab.known_hosts):
            own = self.project / "inventories" / Path(file).name
            own.parent.mkdir(exist_ok=True)
            shutil.copy(file, own)
            inventory = inventory.replace(str(file), str(own))
        (self.project / "inventories/hosts.yml").write_text(inventory)
        (self.project / "orch.toml").write_text(f'execution_environment = "{image.name}"\n')
        self.playbook = self.project / "playbooks/app.yml"
        self.environment = {
            **image.environment,
            "ORCH_HOME": str(self.orch_home),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        account.own(self.project)
        account.own(self.orch_home)

    def writes(self, content: str) -> None:
        """Let the file of the release have this, a template."""
        self.playbook.write_text(self.playbook.read_text().replace('"2\\n"', json.dumps(content)))

    def popen(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.account.words(sys.executable, "-m", "orchestrator", *words),
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def orch(self, *words: str) -> tuple[int, str]:
        """One command: its exit code, and what it printed."""
        process = self.popen(*words)
        printed = process.communicate(timeout=400)[0]
        return process.returncode, printed

    def left(self, seconds: str) -> list[str]:
        """Containers, what watches them, and processes of theirs, after a while without change."""
        deadline, left = time.monotonic() + 20, ["not looked"]
        while left and time.monotonic() < deadline:
            watching = subprocess.run(
                ["pgrep", "-af", self.image.watchers], check=False, capture_output=True, text=True
            )
            left = [*self.image.containers(), *watching.stdout.splitlines(), *map(str, sleepers(seconds))]
            time.sleep(0.2)
        return left


@pytest.fixture(scope="module")
def account() -> Iterator[PlainAccount]:
    with plain_account() as made:
        if subprocess.run(made.words("test", "-r", str(ROOT / "pyproject.toml")), check=False).returncode:
            pytest.skip(f"{ROOT} is not open to other accounts")
        yield made


@pytest.fixture(scope="module")
def rootless(account: PlainAccount) -> Iterator[Image]:
    with image_of_a_plain_account(ready_base(lambda _: None), account) as made:
        yield made


@pytest.fixture
def site(light_lab: Lab, account: PlainAccount, rootless: Image) -> Iterator[Site]:
    yield Site(light_lab, account, rootless)
    light_lab.ssh("web1", "sudo rm -f /srv/app")


def deployment_in(printed: str) -> str:
    return str(re.findall(r"app-2-\d{8}-\d{6}", printed)[-1])


def test_a_release_is_deployed_and_taken_back_and_sees_nothing_of_orchs_home(site: Site) -> None:
    site.writes(f"{{{{ lookup('pipe', 'id -u; ls -a {site.orch_home}; ls /run/.containerenv') }}}}\n")
    code, printed = site.orch("deploy", "plans/app.yml")
    assert code == 0, printed
    seen = site.lab.ssh("web1", "cat /srv/app").out.split()
    # Root there is the account here; of the home only what this run needs is shown.
    assert seen[0] == "0"
    assert "/run/.containerenv" in seen
    assert "secret" not in seen
    assert "journal.sqlite" not in seen
    name = deployment_in(printed)
    code, printed = site.orch("rollback", name, "--reason", "end of the test")
    assert code == 5, printed
    record = site.orch("record", "show", name, "--json")[1]
    assert set(re.findall(r'"isolation": ?"(\w+)"', record)) == {"container"}
    assert site.image.containers() == []


def _begun(site: Site, seconds: str) -> subprocess.Popen[str]:
    """A driver whose run waits in its container."""
    site.writes(f"{{{{ lookup('pipe', 'sleep {seconds}; echo 2') }}}}\n")
    driver = site.popen("deploy", "plans/app.yml")
    deadline = time.monotonic() + 240
    while not sleepers(seconds):
        assert driver.poll() is None, driver.communicate()[0]
        assert time.monotonic() < deadline, "no task began"
        time.sleep(0.1)
    return driver


def test_a_killed_driver_leaves_a_run_that_is_adopted(site: Site) -> None:
    seconds = f"15.{os.getpid()}"
    driver = _begun(site, seconds)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    assert sleepers(seconds)
    code, printed = site.orch("resume", "--json")
    assert code == 0, printed
    assert "attempt_adopted" in printed
    assert site.lab.ssh("web1", "cat /srv/app").out.strip() == "2"
    assert site.left(seconds) == []


def test_an_aborted_run_leaves_nothing(site: Site) -> None:
    seconds = unique_seconds()
    driver = _begun(site, seconds)
    listed = site.orch("list", "--json")[1]
    code, printed = site.orch("abort", deployment_in(listed), "--reason", "end of the test", "--no-drive")
    assert code == 0, printed
    ended = driver.communicate(timeout=120)[0]
    assert driver.returncode in (5, 6, 7, 10), ended
    assert site.left(seconds) == []


def test_of_a_killed_worker_and_its_driver_nothing_is_left_once_it_is_aborted(site: Site) -> None:
    """Nobody but podman knows the container then."""
    seconds = unique_seconds()
    driver = _begun(site, seconds)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    pattern = ["pgrep", "-u", site.account.name, "-f", "orchestrator.adapters.ansible.worker"]
    workers = subprocess.run(pattern, check=False, capture_output=True, text=True).stdout.split()
    assert workers, "no worker"
    for pid in workers:
        os.kill(int(pid), signal.SIGKILL)
    assert sleepers(seconds)
    listed = site.orch("list", "--json")[1]
    code, printed = site.orch("abort", deployment_in(listed), "--reason", "end of the test")
    assert code in (5, 6, 7), printed
    assert site.left(seconds) == []
