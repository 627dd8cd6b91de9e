"""Hints on real hosts: over stages, in an image, and of a caller that is killed; nothing runs on, nothing is written."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import which

import pytest

from orchestrator.adapters.ansible.settings import MARK
from orchestrator.lab.fleet import Lab
from tests.adapters.ansible.local_runs import sleepers
from tests.fleet.small_site import SmallSite
from tests.worlds.execution_images import Image

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
HOSTS = ("web1", "web2", "web3", "web4")
# All that a run could write: files by size and time, folders by name, for a file that comes and goes changes their time.
SEEN = (
    "sudo find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /var/log -o -path /var/lib/sudo"
    " -o -path /var/lib/systemd \\) -prune -o -type d -printf '%p\\n' -o -printf '%p %y %s %C@\\n' | sort"
)


class HintSite(SmallSite):
    """The release of three tiers, its runs by the machine's Ansible or in an image."""

    def __init__(self, lab: Lab, folder: Path, image: str) -> None:
        super().__init__(lab, folder, "stages", {"BAD_ON": "none"})
        self.lab, self.home = lab, folder / "orch"
        if image:
            (self.project / "orch.toml").write_text(f'execution_environment = "{image}"\n')

    def look_long(self, seconds: str) -> None:
        """A task of the third tier's hosts that looks for so long, by the word of its author."""
        playbook = self.project / "playbooks/tier.yml"
        look = {"name": "look long", "ansible.builtin.command": f"sleep {seconds}", "check_mode": False}
        late = {"name": "look once more", "ansible.builtin.command": f"sleep {seconds}1", "check_mode": False}
        plays = playbook.read_text().replace(
            "  tasks:\n", f"  tasks:\n    - {json.dumps(look)}\n    - {json.dumps(late)}\n", 1
        )
        playbook.write_text(plays)
        plan = self.project / "plans/app.yml"
        allow = "allow: {check_mode_tasks: [look long, look once more]}"
        text = plan.read_text().replace(", playbook: playbooks", f", {allow}, playbook: playbooks")
        plan.write_text(text.replace("\n      playbook:", f"\n      {allow}\n      playbook:"))

    def seen(self) -> dict[str, set[str]]:
        return {host: set(self.lab.ssh(host, SEEN).out.splitlines()) for host in HOSTS}

    def sleeping(self, seconds: str) -> list[str]:
        """Where that is slept: on hosts (their processes are this machine's as well), and here."""
        return [str(pid) for pid in sleepers(seconds)]

    def hints(self) -> list[str]:
        return [folder.name for folder in self.home.glob("hints/hint-*")]

    def runs(self) -> list[int]:
        """Local processes of any hint, workers among them, by what their environment says."""
        pids = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                environment = (entry / "environ").read_bytes() if entry.name.isdigit() else b""
                if any(f"{MARK}={name}.".encode() in environment for name in self.hints()):
                    pids.append(int(entry.name))
        return pids


Made = Callable[[], tuple[HintSite, Callable[[], list[str]]]]


@pytest.fixture(params=["machine", "image"])
def made(request: pytest.FixtureRequest, light_lab: Lab, tmp_path: Path) -> Made:
    """Makes a site, and what says which containers there are."""

    def make() -> tuple[HintSite, Callable[[], list[str]]]:
        if request.param == "machine":
            return HintSite(light_lab, tmp_path, ""), list
        if which("podman") is None:
            pytest.skip("podman is not installed here: make testing")
        image: Image = request.getfixturevalue("image")
        return HintSite(light_lab, tmp_path, image.name), image.containers

    return make


def briefly(seconds: int) -> str:
    """So many seconds, as no other test sleeps."""
    return f"{seconds}.{secrets.randbelow(10**6):06d}"


def differing(before: dict[str, set[str]], after: dict[str, set[str]]) -> list[str]:
    return [f"{host}: {line}" for host in HOSTS for line in sorted(before[host] ^ after[host])]


def until(done: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def test_a_hint_over_several_stages_changes_nothing(made: Made) -> None:
    site, containers = made()
    before = site.seen()
    hint = site.orch("plan", "show", "plans/app.yml", "--diff", "--json")
    assert hint.returncode == 0, hint.stderr + hint.stdout[-2000:]
    stages = json.loads(hint.stdout)["hint"]["stages"]
    assert [(each["stage"], each["hosts"]) for each in stages] == [
        ("schema", ["web1"]), ("database", ["web1"]), ("application", ["web2"]), ("proxy", ["web4"]),
    ]  # fmt: skip
    for stage in stages:
        changed = [task["task"] for task in stage["run"]["tasks"] if task["changed"]]
        assert "write the version" in changed, stage
    assert differing(before, site.seen()) == []
    assert (site.runs(), containers()) == ([], [])
    assert not (site.home / "hints").exists()
    assert not list(site.home.glob("frozen/*"))


def test_a_hint_whose_caller_is_killed_begins_no_other_task_and_leaves_nothing(made: Made) -> None:
    site, containers = made()
    seconds = briefly(7)
    site.look_long(seconds)
    before = site.seen()
    caller = site.driver("plan", "show", "plans/app.yml", "--diff", "--json")
    until(lambda: bool(site.sleeping(seconds)), 120, "it does not begin")
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    # What is at work on a host comes to its end; then there is nothing more.
    until(lambda: not site.runs() and not containers(), 60, f"left: {site.runs()} {containers()}")
    assert site.sleeping(seconds) == site.sleeping(f"{seconds}1") == []
    assert differing(before, site.seen()) == []
    # The next one takes away what is left in the home.
    assert list((site.home / "hints").glob("hint-*"))
    ended = site.orch("plan", "show", "plans/app.yml", "--diff", "--limit", "web4", "--at-most", "120s")
    assert ended.returncode == 0, ended.stderr + ended.stdout[-2000:]
    assert not (site.home / "hints").exists()
    assert not list(site.home.glob("frozen/*"))
    assert differing(before, site.seen()) == []


def test_a_hint_whose_caller_and_worker_are_killed_is_ended_by_the_next(made: Made) -> None:
    site, containers = made()
    seconds = briefly(90)
    site.look_long(seconds)
    caller = site.driver("plan", "show", "plans/app.yml", "--diff", "--json")
    until(lambda: bool(site.sleeping(seconds)), 120, "it does not begin")
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    (claim,) = site.home.glob("hints/hint-*/claim.json")
    os.kill(json.loads(claim.read_text())["pid"], signal.SIGKILL)
    assert site.sleeping(seconds)
    plan = site.project / "plans/app.yml"
    plan.write_text(plan.read_text().replace("look long", "look at nothing"))
    playbook = site.project / "playbooks/tier.yml"
    playbook.write_text(playbook.read_text().replace(seconds, "0").replace("look long", "look at nothing"))
    ended = site.orch("plan", "show", "plans/app.yml", "--diff", "--limit", "web1")
    assert ended.returncode == 0, ended.stderr + ended.stdout[-2000:]
    assert (site.sleeping(seconds), site.runs(), containers()) == ([], [], [])
    assert not (site.home / "hints").exists()
