"""Every dependency has its reason in docs/dependencies.md and its digests in the lock."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest


def names(requirements: list[str]) -> list[str]:
    return [re.split(r"[^\w.-]", requirement)[0] for requirement in requirements]


def documented(page: str, heading: str) -> list[str]:
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| ([\w.-]+) \| \S.*\|$", section.partition("| --- | --- |")[2], flags=re.MULTILINE)


@pytest.mark.parametrize("heading", ["Runtime", "Development"])
def test_every_dependency_has_its_reason(root: Path, heading: str) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = project["dependencies"] if heading == "Runtime" else project["optional-dependencies"]["dev"]
    assert documented((root / "docs/dependencies.md").read_text(), heading) == names(declared)


def test_lock_holds_versions_and_digests_only(root: Path) -> None:
    lines = [
        line.rstrip(" \\") for line in (root / "requirements.lock").read_text().splitlines() if line[0] != "#"
    ]
    version = r"[a-z0-9-]+==[\w.]+( ; [\w .'!=<>]+)?"
    digest = r"    --hash=sha256:[0-9a-f]{64}"
    assert [line for line in lines if not re.fullmatch(f"{version}|{digest}", line)] == []


def test_lock_covers_every_dependency(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = names(project["dependencies"] + project["optional-dependencies"]["dev"])
    locked = re.findall(r"^([a-z0-9-]+)==", (root / "requirements.lock").read_text(), flags=re.MULTILINE)
    assert {re.sub(r"[._]", "-", name) for name in declared} <= set(locked)
