"""Debian packages: a demonstration installs what hosts need; servers that tests start are in lists of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestrator.lab.needs import PROGRAMS

HOSTS, TESTS, MODELS = (f"debian-packages{which}.txt" for which in ("", "-tests", "-models"))
ALWAYS_THERE = {"mount", "util-linux"}


def reasons(root: Path, name: str) -> dict[str, str]:
    lines = (root / "setup" / name).read_text().splitlines()
    parts = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    assert all(len(part) == 2 for part in parts), f"{name}: each package with its reason"
    return dict(parts)


def test_hosts_need_what_the_lab_looks_for_and_nothing_else(root: Path) -> None:
    assert set(reasons(root, HOSTS)) == set(PROGRAMS.values()) - ALWAYS_THERE


def test_no_package_is_in_two_lists(root: Path) -> None:
    packages = [package for name in (HOSTS, TESTS, MODELS) for package in reasons(root, name)]
    assert len(packages) == len(set(packages))


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("machine", ""),
        ("testing", " --tests --models"),
        ("test", " --tests"),
        ("slow", " --tests --models"),
    ],
)
def test_each_target_sets_up_what_it_uses(root: Path, target: str, options: str) -> None:
    recipe = rf"^{target}: venv  ##.*\n\t@setup/machine\.sh{options}( (\|\||&) .*)?$"
    assert re.search(recipe, (root / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    ("target", "before"),
    [("demo", "machine"), ("bench", "machine"), ("chaos", "machine"), ("models", "testing")],
)
def test_a_demonstration_installs_nothing_that_only_tests_need(root: Path, target: str, before: str) -> None:
    assert f"\n{target}: {before}  ##" in (root / "Makefile").read_text()
