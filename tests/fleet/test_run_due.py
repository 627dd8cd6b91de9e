"""Scheduled deployments on real hosts: `orch run-due` starts them, in turn, and a freeze or a missed start is told."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import ExitCode
from orchestrator.lab.fleet import Lab

pytestmark = pytest.mark.timeout(900)

ORCH = [sys.executable, "-m", "orchestrator"]
NOTE = "a note\n"
PLAYBOOK = """\
- hosts: all
  gather_facts: false
  become: true
  tasks:
    - {name: The folder of notes, ansible.builtin.file: {path: /opt/notes, state: directory, mode: "0755"}}
    - {name: The note, ansible.builtin.copy: {src: ../dml/note.txt, dest: "/opt/notes/{{ note }}", mode: "0644"}}
"""
BACKOUT = """\
- hosts: all
  gather_facts: false
  become: true
  tasks:
    - {name: No note, ansible.builtin.file: {path: "/opt/notes/{{ note }}", state: absent}}
    - {name: No folder, ansible.builtin.command: {cmd: rmdir --ignore-fail-on-non-empty /opt/notes, removes: /opt/notes}}
"""


class Site:
    """A project of small plans, each of which leaves a note on hosts."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.project = lab, folder / "project"
        for name, text in {
            "playbooks/note.yml": PLAYBOOK,
            "rollback/note.yml": BACKOUT,
            "dml/note.txt": NOTE,
        }.items():
            file = self.project / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (self.project / "policies").mkdir()
        self.environment = {**os.environ, "ORCH_HOME": str(folder / "orch"), "LANG": "C.UTF-8"}

    def plan(self, name: str, hosts: str, *, soak: str = "1s", **schedule: Any) -> str:
        """A plan that leaves the note NAME; the path of its file."""
        path = f"/opt/notes/{name}"
        tree = {
            "orch": 1,
            "purpose": f"Leave the note {name}.",
            "release": {
                "name": name,
                "version": "1.0",
                "units": [{"name": "note", "version": "1.0", "artefact": "dml/note.txt",
                           "sha256": hashlib.sha256(NOTE.encode()).hexdigest(), "on_target": path}],
            },
            "objectives": "The note is there.",
            "strategy": {"kind": "big-bang", "hosts": hosts, "playbook": "playbooks/note.yml",
                         "variables": {"note": name}, "gate": {"soak": soak, "every": "1s"}},
            "roles": {"deployment manager": "Ada Berg"},
            "resources": {"environment": "lab", "inventory": str(self.lab.inventory)},
            "schedule": schedule,
            "risks": [{"risk": "none", "mitigation": "none"}],
            "communication": [{"audience": "all", "channel": "mail"}],
            "validation": {"environment": [{"become": "root"}], "acceptance": [{"file": {"path": path}}]},
            "backout": {"playbook": "rollback/note.yml", "variables": {"note": name},
                        "baseline": {"files": ["/opt/notes"]}},
            "approval": {"required": []},
        }  # fmt: skip
        file = self.project / f"{name}.yml"
        file.write_text(yaml_of(tree))
        return str(file)

    def begin(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `orch ...` to its end."""
        return subprocess.run(
            [*ORCH, *words],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

    def orch(self, *words: str, expect: int = 0) -> str:
        """Run `orch ...`; what it printed."""
        ended = self.begin(*words)
        said = (words, ended.returncode, ended.stdout[-3000:], ended.stderr[-2000:])
        assert ended.returncode == expect, said
        return ended.stdout

    def scheduled(self, make: Callable[[datetime], str], *words: str) -> dict[str, Any]:
        """Schedule the plan that is made for a moment, as soon as this machine manages to; the entry."""
        for seconds in (15, 45, 135):
            at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
            asked = ["schedule", "add", make(at), "--at", f"{at:%Y-%m-%dT%H:%M:%S}Z", "--json", *words]
            ended = self.begin(*asked)
            if ended.returncode == ExitCode.REFUSED and "it is over already" in ended.stderr:
                continue
            assert ended.returncode == 0, ended.stderr
            entry: dict[str, Any] = json.loads(ended.stdout)
            return entry
        raise AssertionError("this machine is too slow for the test")

    def run_due(self, *words: str, expect: int = 0) -> list[tuple[str, str, str]]:
        """Start what is due; each line as it was said."""
        lines = [
            json.loads(line) for line in self.orch("run-due", "--json", *words, expect=expect).splitlines()
        ]
        return [(line["deployment"], line["what"], line["words"]) for line in lines]

    def look(self) -> subprocess.Popen[str]:
        """`orch run-due` as it goes on."""
        return subprocess.Popen(
            [*ORCH, "run-due", "--json"],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def notes(self, host: str) -> list[str]:
        """The notes on a host."""
        return self.lab.ssh(host, "ls /opt/notes 2>/dev/null || true").out.split()

    def state(self, deployment: str) -> str:
        """Where a deployment stands."""
        told = json.loads(self.orch("status", deployment, "--json"))
        return str(told["state"])


def yaml_of(tree: dict[str, Any]) -> str:
    """As a person writes it: a line for each section, so that it is seen to be a plan, or a policy."""
    return "".join(f"{section}: {json.dumps(words)}\n" for section, words in tree.items())


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Site:
    return Site(lab, tmp_path)


def until(entry: dict[str, Any]) -> None:
    """Wait until an entry is due."""
    starts = datetime.fromisoformat(entry["booking"]["starts"])
    time.sleep(max(0.0, (starts - datetime.now(UTC)).total_seconds()))


def kinds(site: Site, deployment: str) -> list[str]:
    """The kinds of the events on its journal."""
    lines = map(json.loads, site.orch("record", "show", deployment, "--json").splitlines())
    return [line["event"]["kind"] for line in lines if "event" in line]


def test_what_is_scheduled_for_a_window_starts_when_it_is_due(site: Site) -> None:
    def plan(opens: datetime) -> str:
        closes = opens + timedelta(minutes=30)
        return site.plan("due", "web1", window={"opens": opens.isoformat(), "closes": closes.isoformat()})

    entry = site.scheduled(plan)
    name = entry["booking"]["id"]
    assert (entry["booking"]["state"], entry["booking"]["by_address"]) == ("approved", [])
    until(entry)
    assert [(one, what) for one, what, _ in site.run_due()] == [(name, "started"), (name, "ended")]
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
    one, two = (str(entry["booking"]["id"]) for entry in in_turn)
    lines = site.run_due("--once")
    assert [(name, what) for name, what, _ in lines] == [(one, "started"), (two, "waits")]
    assert f"{one} runs and shares machine web2" in lines[1][2]
    for _ in range(240):
        if site.state(one) == "completed":
            break
        time.sleep(0.5)
    assert [(name, what) for name, what, _ in site.run_due()] == [(two, "started"), (two, "ended")]
    assert (site.state(one), site.state(two)) == ("completed", "completed")
    site.orch("rollback", two, "--reason", "end of the test", expect=5)
    site.orch("rollback", one, "--reason", "end of the test", expect=5)


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
    said = [json.loads(line)["what"] for line in looks[1].communicate(timeout=400)[0].splitlines()]
    looks[0].wait()
    for _ in range(240):
        if site.state(name) == "completed":
            break
        said += [what for _, what, _ in site.run_due()]
    after = kinds(site, name)
    assert site.state(name) == "completed", (before, said)
    assert (after.count("window_opened"), after.count("attempt_intended")) == (1, 1), (before, said)
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
