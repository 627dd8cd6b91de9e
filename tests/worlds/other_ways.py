"""A project for hosts that no ssh of orch's reaches, on the environment of collections (setup/community.py), and orch in it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from setup import community
from tests.worlds.appliance import EXAMPLE
from tests.worlds.orch_process import orch_in
from tests.worlds.project import write

APPROVED = ("--approved-by", "change manager=Li Wei")


class OtherWay:
    """The plan of the example for appliances, for hosts of another kind. `environment`: what orch sees beside the usual."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        if not community.is_made():
            pytest.skip("no .venv-collections: make collections")
        self.folder = folder
        # A home without keys, and without anything of this machine's users.
        (folder / "home").mkdir()
        self.environment = {
            **os.environ,
            "ORCH_HOME": str(folder / ".orch"),
            "ORCH_ANSIBLE": str(community.FOLDER),
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            **(environment or {}),
        }
        self.plan = folder / "release.yml"
        write(folder, "dml/appliance.txt", (EXAMPLE / "dml/appliance.txt").read_text())

    def lay(
        self,
        *,
        hosts: Mapping[str, Mapping[str, Any]],
        variables: Mapping[str, Any],
        identity: Mapping[str, Any],
        fact: Mapping[str, Any],
        checks: Mapping[str, list[dict[str, Any]]],
        tasks: Mapping[str, list[dict[str, Any]]],
        resources: Mapping[str, Any] | None = None,
    ) -> None:
        """Write inventory, playbooks and plan. `tasks`: of `playbooks` and `rollback`."""
        group = {"vars": dict(variables), "hosts": {name: dict(its) for name, its in hosts.items()}}
        write(self.folder, "inventories/staging.yml", json.dumps({"appliances": group}))
        for place, own in tasks.items():
            play = {"name": "configure", "hosts": "appliances", "gather_facts": False, "tasks": own}
            write(self.folder, f"{place}/configure.yml", json.dumps([play]))
        tree = YAML(typ="safe", pure=True).load(EXAMPLE / "release.yml")
        tree["resources"] |= {"without_ssh": [{"identity": dict(identity)}], **(resources or {})}
        tree["strategy"]["task_timeout"] = "60s"
        tree["validation"] = {name: [{"module": each} for each in own] for name, own in checks.items()}
        changes = [{"task": "put the *", "changes": [{"fact": fact["name"]}]}]
        tree["backout"] |= {"baseline": {"facts": [dict(fact)]}, "changes": changes}
        self.plan.write_text(json.dumps(tree, indent=1))

    def orch(self, *words: str) -> subprocess.CompletedProcess[str]:
        return orch_in(self.folder, self.environment, *words, seconds=580)

    def deploy(self) -> tuple[int, str]:
        """Its exit code, and the whole record."""
        ended = self.orch("deploy", str(self.plan), *APPROVED)
        return ended.returncode, ended.stdout + ended.stderr + self.orch("record", "show").stdout

    def files_with(self, secret: str) -> list[Path]:
        """Files of the project and of orch's home that have a text."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink()]
        return [path for path in files if secret.encode() in path.read_bytes()]
