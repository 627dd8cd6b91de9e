"""Every dependency has its reason in docs/dependencies.md and its digests in the lock."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest


def names(requirements: list[str]) -> list[str]:
    return [re.split(r"[^\w.-]", requirement)[0] for requirement in requirements]


def documented(page: str, heading: str) -> list[str]:
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| ([\w.-]+) \| \S.*\|$", section.partition("| --- | --- |")[2], flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "extra"),
    [
        ("Runtime", None),
        ("Development", "dev"),
        ("Acceleration", "mitogen"),
        ("PostgreSQL", "postgresql"),
        ("PDF", "pdf"),
        ("Messages", "apprise"),
        ("The service", "serve"),
    ],
)
def test_every_dependency_has_its_reason(root: Path, heading: str, extra: str | None) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = project["optional-dependencies"][extra] if extra else project["dependencies"]
    assert documented((root / "docs/dependencies.md").read_text(), heading) == names(declared)


@pytest.mark.parametrize("lock", ["requirements.lock", "setup/site.lock"])
def test_lock_holds_versions_and_digests_only(root: Path, lock: str) -> None:
    lines = [line.rstrip(" \\") for line in (root / lock).read_text().splitlines() if line[0] != "#"]
    version = r"[a-z0-9-]+==[\w.]+( ; [\w .'!=<>]+)?"
    digest = r"    --hash=sha256:[0-9a-f]{64}"
    assert [line for line in lines if not re.fullmatch(f"{version}|{digest}", line)] == []


def test_lock_covers_every_dependency(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    chosen = [extras[name] for name in ("apprise", "dev", "mitogen", "nodes", "pdf", "postgresql", "serve")]
    declared = names([*project["dependencies"], *(each for extra in chosen for each in extra)])
    locked = re.findall(r"^([a-z0-9-]+)==", (root / "requirements.lock").read_text(), flags=re.MULTILINE)
    assert {re.sub(r"[._]", "-", name) for name in declared} <= set(locked)


def test_what_builds_the_site_is_in_its_lock(root: Path) -> None:
    asked = [line for line in (root / "setup/site.in").read_text().splitlines() if not line.startswith("#")]
    locked = (root / "setup/site.lock").read_text()
    assert asked
    assert [line for line in asked if f"\n{line} " not in locked] == []


def licence(package: str) -> str:
    """What the installed package says of its licence: the expression, or else the last of its classifiers."""
    described = metadata.metadata(package)
    classified = [
        line.rpartition(" :: ")[2] for line in described.get_all("Classifier", []) if line[:7] == "License"
    ]
    words: list[str] = (
        described.get_all("License-Expression") or classified or described.get_all("License", ["none"])
    )
    return words[-1]


def test_every_dependency_is_there_with_its_licence(root: Path) -> None:
    section = (root / "docs/dependencies.md").read_text().partition("## Licences\n")[2]
    rows = re.findall(
        r"^\| ([\w.-]+) \| (.+?) \| \S.*\|$", section.partition("| --- | --- | --- |")[2], re.MULTILINE
    )
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert rows == [(name, licence(name)) for name in names(project["dependencies"])]


def test_the_licence_is_there(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert (project["license"], project["license-files"]) == ("GPL-3.0-or-later", ["LICENSE"])
    assert "Version 3, 29 June 2007" in (root / "LICENSE").read_text()


def test_constraints_are_the_versions_of_the_lock(root: Path) -> None:
    def versions(file: str) -> list[str]:
        lines = (root / file).read_text().splitlines()
        return [line.rstrip(" \\") for line in lines if re.match(r"[a-z0-9-]+==", line)]

    assert versions("constraints.txt") == versions("requirements.lock")
    assert versions("constraints.txt")
