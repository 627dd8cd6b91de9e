"""Whether an example is whole as a newcomer gets it: with what the repository has, and nothing that an earlier run left."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.models.example_site import EXAMPLES

NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())


def cloned(name: str, into: Path) -> Path:
    """The files of an example that git has, in a folder of their own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=EXAMPLES / name, capture_output=True, check=True)
    for file in filter(None, listed.stdout.decode().split("\0")):
        (into / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLES / name / file, into / file)
    return into


@pytest.mark.parametrize("name", NAMES)
def test_every_artefact_of_an_example_is_there_or_is_built_by_it(name: str, tmp_path: Path) -> None:
    project = cloned(name, tmp_path)
    if (project / "build.py").exists():
        subprocess.run([sys.executable, "build.py"], cwd=project, check=True)
    plans = [
        plan for file in project.glob("*.yml") if "release" in (plan := yaml.safe_load(file.read_text()))
    ]
    assert plans
    for unit in (unit for plan in plans for unit in plan["release"].get("units", [])):
        seen = hashlib.sha256((project / unit["artefact"]).read_bytes()).hexdigest()
        assert seen == unit["sha256"], unit
