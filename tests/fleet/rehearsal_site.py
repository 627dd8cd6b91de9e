"""Two environments with hosts of their own, and a project whose policy asks for a rehearsal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from orchestrator.lab.fleet import Lab

STAGING, LIVE = ("web1", "web2"), ("web3", "web4")
PROJECT = Path(__file__).parents[1] / "cases/rehearsal/project"


ORCH = [sys.executable, "-m", "orchestrator"]


PLAN = "plans/app.yml"


REHEARSE = ("rehearse", PLAN, "--in", "staging")


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


def _inventory(lab: Lab, file: Path, hosts: tuple[str, ...]) -> None:
    yaml = YAML(typ="safe", pure=True)
    web = yaml.load(lab.inventory)["web"]
    web["hosts"] = {name: web["hosts"][name] for name in hosts}
    with file.open("w") as stream:
        yaml.dump({"web": web}, stream)
