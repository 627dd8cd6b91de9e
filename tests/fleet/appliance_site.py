"""A project for appliances without ssh, and orch in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.worlds.appliance import Appliance, project
from tests.worlds.orch_process import orch_in


class Site:
    """A project for appliances, and orch in it."""

    def __init__(self, folder: Path, made: list[Appliance]) -> None:
        self.folder, self.made = folder, made
        self.plan = project(folder, made)
        self.environment = {**os.environ, "ORCH_HOME": str(folder / ".orch"), "LANG": "C.UTF-8"}

    def orch(self, *words: str) -> subprocess.CompletedProcess[str]:
        return orch_in(self.folder, self.environment, *words)

    def deploy(self, *more: str) -> tuple[int, str]:
        """Its exit code, and the whole record."""
        ended = self.orch("deploy", str(self.plan), "--approved-by", "change manager=Li Wei", *more)
        return ended.returncode, ended.stdout + ended.stderr + self.orch("record", "show").stdout
