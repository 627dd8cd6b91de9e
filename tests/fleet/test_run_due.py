"""Scheduled deployments on real hosts: `orch run-due` starts them, in turn, and a freeze or a missed start is told."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab

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
    - {name: No folder, ansible.builtin.command: {cmd: rmdir /opt/notes, removes: /opt/notes}, failed_when: false}
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

    def orch(self, *words: str, expect: int = 0) -> str:
        """Run `orch ...`; what it printed."""
        ended = subprocess.run(
            [*ORCH, *words],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert ended.returncode == expect, (
            words,
            ended.returncode,
            ended.stdout[-3000:],
            ended.stderr[-2000:],
        )
        return ended.stdout

    def add(self, plan: str, at: str, *words: str) -> dict[str, Any]:
        """Schedule it; the entry."""
        entry: dict[str, Any] = json.loads(self.orch("schedule", "add", plan, "--at", at, "--json", *words))
        return entry

    def run_due(self, *words: str, expect: int = 0) -> list[tuple[str, str, str]]:
        """Start what is due; each line as it was said."""
        lines = [
            json.loads(line) for line in self.orch("run-due", "--json", *words, expect=expect).splitlines()
        ]
        return [(line["deployment"], line["what"], line["words"]) for line in lines]

    def notes(self, host: str) -> list[str]:
        """The notes on a host."""
        return self.lab.ssh(host, "ls /opt/notes 2>/dev/null || true").out.split()

    def state(self, deployment: str) -> str:
        """Where a deployment stands."""
        told = json.loads(self.orch("status", deployment, "--json"))
        return str(told["state"])


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Site:
    return Site(lab, tmp_path)


def yaml_of(tree: dict[str, Any]) -> str:
    """As a person writes it: a line for each section, so that it is seen to be a plan, or a policy."""
    return "".join(f"{section}: {json.dumps(words)}\n" for section, words in tree.items())


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


def test_what_is_scheduled_for_a_window_starts_when_it_is_due(site: Site) -> None:
    opens = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=30)
    window = {"opens": opens.isoformat(), "closes": (opens + timedelta(minutes=30)).isoformat()}
    entry = site.add(
        site.plan("due", "web1", window=window), opens.isoformat(timespec="seconds").replace("+00:00", "Z")
    )
    name = entry["booking"]["id"]
    assert entry["booking"]["by_address"] == []
    until(opens + timedelta(seconds=1))
    lines = site.run_due()
    assert [(one, what) for one, what, _ in lines] == [(name, "started"), (name, "ended")]
    assert "due" in site.notes("web1")
    assert site.run_due() == []
    site.orch("rollback", name, "--reason", "end of the test", expect=5)


def test_two_that_share_a_host_conflict_when_scheduled_and_take_turns_when_run(site: Site) -> None:
    first = site.add(site.plan("one", "web1,web2", soak="12s"), soon(50))
    second = site.add(site.plan("two", "web2,web3"), soon(51))
    one, two = first["booking"]["id"], second["booking"]["id"]
    assert [(c["other"], c["kind"], c["what"]) for c in second["conflicts"]] == [(one, "machine", ["web2"])]
    site.orch("schedule", "conflicts", two, expect=10)
    until(datetime.fromisoformat(second["booking"]["starts"]))
    lines = site.run_due("--once")
    assert [(name, what) for name, what, _ in lines] == [(one, "started"), (two, "waits")]
    assert f"{one} runs and shares machine web2" in lines[1][2]
    for _ in range(120):
        if site.state(one) == "completed":
            break
        time.sleep(0.5)
    assert [(name, what) for name, what, _ in site.run_due()] == [(two, "started"), (two, "ended")]
    assert (site.state(one), site.state(two)) == ("completed", "completed")
    assert "two" in site.notes("web3")
    site.orch("rollback", two, "--reason", "end of the test", expect=5)
    site.orch("rollback", one, "--reason", "end of the test", expect=5)


def test_two_who_look_at_once_start_it_once(site: Site) -> None:
    entry = site.add(site.plan("once", "web1"), soon(30))["booking"]
    until(datetime.fromisoformat(entry["starts"]))
    both = [
        subprocess.Popen(
            [*ORCH, "run-due", "--json"],
            cwd=site.project,
            env=site.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [
        json.loads(line)["what"] for each in both for line in each.communicate(timeout=150)[0].splitlines()
    ]
    assert said.count("started") == 1
    journal = site.orch("record", "show", entry["id"], "--json").splitlines()
    assert sum(json.loads(line).get("event", {}).get("kind") == "attempt_intended" for line in journal) == 1
    site.orch("rollback", entry["id"], "--reason", "end of the test", expect=5)


def test_a_freeze_that_came_after_it_was_scheduled_blocks_it(site: Site) -> None:
    policy = site.project / "policies" / "lab.yml"
    freeze = {
        "name": "sale",
        "zone": "UTC",
        "starts": (datetime.now(UTC) + timedelta(hours=-1)).strftime("%Y-%m-%dT%H:%M"),
        "lasts": "5h",
        "reason": "the summer sale",
        "override": ["change manager"],
    }
    policy.write_text(
        yaml_of({"orch": 1, "policy": "lab", "version": 1, "title": "Lab", "freezes": [freeze]})
    )
    plan = site.plan("frozen", "web1")
    site.orch("schedule", "add", plan, "--at", soon(60), expect=4)
    entry = site.add(plan, soon(30), "--despite", "sale")["booking"]
    until(datetime.fromisoformat(entry["starts"]))
    lines = site.run_due(expect=8)
    assert [what for _, what, _ in lines] == ["not admitted"]
    assert "the freeze sale binds then, because the summer sale" in lines[0][2]
    assert "frozen" not in site.notes("web1")
