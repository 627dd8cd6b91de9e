"""Projects of tests/cases/whole as whole deployments: their places filled in, and `orch` run as a person runs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import CASES
from tests.worlds.read_pages import as_read

ORCH = [sys.executable, "-m", "orchestrator"]


class Case:
    """One project in a folder of its own, with a store of its own; the lab's inventory stands where its plan names it."""

    def __init__(self, name: str, lab: Lab, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        self.project = folder / "project"
        shutil.copytree(CASES / "whole" / name, self.project)
        places: dict[str, str] = {
            "@HERE@": str(folder),
            "@HOME@": "/root",
            "@LAB@": str(lab.inventory.parent),
        }
        places["@WEB3_ADDRESS@"] = next(str(host.address) for host in lab.hosts if host.name == "web3")
        for file in self.project.rglob("*"):
            if file.is_file():
                text = file.read_text()
                file.write_text(re.sub("|".join(places), lambda place: places[place[0]], text))
        self.plan = next(
            path for path in sorted((self.project / "plans").iterdir()) if "1.1.0" not in path.name
        )
        self._lay_inventory()
        self.environment = {**os.environ, "ORCH_HOME": str(folder / "orch"), "LANG": "C.UTF-8"}

    def _lay_inventory(self) -> None:
        tree = YAML(typ="safe", pure=True).load(self.plan)
        place = self.project / tree["resources"]["inventory"]
        whole_folder = place.is_dir() or place.name == "prod"
        place = place / "hosts.yml" if whole_folder else place
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.lab.inventory, place)

    def orch(self, *words: str, seconds: float = 280.0) -> tuple[int, str]:
        """Run `orch ...` to its end: its exit code, and all that it printed."""
        ended = subprocess.run(
            [*ORCH, *words],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    def check(self) -> tuple[int, str]:
        """`orch plan check`."""
        return self.orch("plan", "check", str(self.plan))

    def deploy(self) -> tuple[int, str]:
        """`orch deploy`, and the text of the record."""
        code, printed = self.orch("deploy", str(self.plan))
        return code, printed + self.orch("record", "show")[1]

    def page(self) -> str:
        """The record as a page, as it is read."""
        self.orch("record", "show", "--html", "page.html")
        return as_read((self.project / "page.html").read_text())
