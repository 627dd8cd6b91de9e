"""A project of small plans, each of which leaves a note on hosts of a lab."""

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

from orchestrator.errors import ExitCode
from orchestrator.lab.fleet import Lab
from tests.worlds.orch_process import orch_in

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

    def plan(
        self,
        name: str,
        hosts: str,
        *,
        soak: str = "1s",
        notify: dict[str, Any] | None = None,
        **schedule: Any,
    ) -> str:
        """A plan that leaves the note NAME; the path of its file. `notify`: what orch sends of it."""
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
            "communication": [{"audience": "all", "channel": "mail", **({"notify": notify} if notify else {})}],
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
        return orch_in(self.project, self.environment, *words, seconds=400)

    def orch(self, *words: str, expect: int = 0) -> str:
        """Run `orch ...`; what it printed."""
        ended = self.begin(*words)
        report = (words, ended.returncode, ended.stdout[-3000:], ended.stderr[-2000:])
        assert ended.returncode == expect, report
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
        status = json.loads(self.orch("status", deployment, "--json"))
        return str(status["state"])


def yaml_of(tree: dict[str, Any]) -> str:
    """As a person writes it: a line for each section, so that it is seen to be a plan, or a policy."""
    return "".join(f"{section}: {json.dumps(words)}\n" for section, words in tree.items())


def until(entry: dict[str, Any]) -> None:
    """Wait until an entry is due."""
    starts = datetime.fromisoformat(entry["booking"]["starts"])
    time.sleep(max(0.0, (starts - datetime.now(UTC)).total_seconds()))
