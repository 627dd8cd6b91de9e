"""A small project over the hosts of a lab, and `orch` with a store of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchestrator.lab.fleet import Lab

ORCH = [sys.executable, "-m", "orchestrator"]
HEAD = "- hosts: web\n  become: true\n  gather_facts: false\n"
DEPLOY = f"""{HEAD}  tasks:
    - {{name: Folder, ansible.builtin.file: {{path: /opt/app, state: directory, mode: "0755"}}}}
    - {{name: Version, ansible.builtin.copy: {{content: "1.0.0", dest: /opt/app/version, mode: "0644"}}}}
"""
BACKOUT = f"""{HEAD}  tasks:
    - {{name: Remove, ansible.builtin.file: {{path: /opt/app, state: absent}}}}
"""
PLAN = """orch: 1
purpose: Bring app to the web hosts.
release: {{name: app, version: 1.0.0, removes: [the old app]}}
objectives: The version is there within 60 seconds.
strategy:
  kind: phased
  hosts: {hosts}
  playbook: playbooks/app.yml
  allow: {{delegates: {delegates}}}
  waves: {waves}
  task_timeout: 40s
  run_timeout: 3m
roles: {{deployment manager: Ada Berg}}
resources: {{environment: lab, inventory: {inventory}}}
schedule: {{}}
risks:
  - {{risk: none known, mitigation: none needed}}
communication:
  - {{audience: service desk, channel: mail}}
validation:
  environment: [space: {{path: /opt, free: 1MiB}}]
  acceptance:
    - file: {{path: /opt/app/version, contains: "1.0.0"}}
backout:
  playbook: rollback/app.yml
  allow: {{noop: true}}
  baseline: {{files: [/opt/app], packages: none, ports: false, users: false}}
approval: {{required: []}}
"""


class WrittenSite:
    """One plan; its playbooks are given, or leave a file and take it away."""

    def __init__(
        self, lab: Lab, folder: Path, *, deploy: str = DEPLOY, backout: str = BACKOUT, **plan: Any
    ) -> None:
        self.lab, self.project = lab, folder / "project"
        fields = {
            "hosts": "web1",
            "waves": "[rest]",
            "delegates": "[]",
            "inventory": lab.inventory,
            **plan,
        }
        self.write("playbooks/app.yml", deploy)
        self.write("rollback/app.yml", backout)
        self.write("plans/app.yml", PLAN.format(**fields))
        self.home = folder / "orch"

    def write(self, name: str, text: str) -> None:
        """A file of the project."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def orch(self, *words: str, before: tuple[str, ...] = (), **environment: str) -> tuple[int, str]:
        """Run `orch ...` to its end, as the program `before` starts it; its exit code and all that it says."""
        ended = subprocess.run(
            [*before, *ORCH, *words],
            cwd=self.project,
            env={**os.environ, "ORCH_HOME": str(self.home), "LANG": "C.UTF-8", **environment},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr
