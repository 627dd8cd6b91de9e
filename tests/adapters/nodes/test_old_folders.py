"""What a node removes: what a kill left there at once, and what nobody used for a month; nothing of an open attempt."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from orchestrator.adapters.nodes.old_folders import remove_left, remove_old, used_now

DAY = 86400.0
NOW = time.time()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Each file with its age in days at the end of its name."""
    for name in (
        "work/visit-c1/files/0/id-0",
        "work/d1.deploy/files/0/id-0",
        "contents/aa.tar",
        "contents/bb.tar",
        "contents/.cc.half",
        "attempts/d1.deploy/log-90",
        "attempts/d2.deploy/log-90",
        "attempts/d3.deploy/log-90",
        "attempts/d3.deploy/end-2",
        "attempts/.control/socket-90",
        "begun/d2.deploy",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for path in tmp_path.rglob("*"):
        days = path.name.rpartition("-")[2]
        age = float(days) if days.isdigit() else 90.0
        os.utime(path, (NOW - age * DAY, NOW - age * DAY))
    return tmp_path


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def test_what_a_killed_node_was_at_goes_and_open_attempts_stay(home: Path) -> None:
    before = files(home)
    remove_left(home, {"d1.deploy"})
    assert before - files(home) == {"work/visit-c1/files/0/id-0", "contents/.cc.half"}


def test_what_nobody_used_for_a_month_goes_and_a_begun_attempt_stays_begun(home: Path) -> None:
    used_now(home / "contents/bb.tar")
    before = files(home)
    remove_old(home, {"d1.deploy"}, NOW)
    assert before - files(home) == {"contents/aa.tar", "attempts/d2.deploy/log-90"}
    assert "begun/d2.deploy" in files(home)


def test_a_node_without_folders_has_nothing_to_remove(tmp_path: Path) -> None:
    remove_left(tmp_path / "none", set())
    remove_old(tmp_path / "none", set(), NOW)
    assert list(tmp_path.iterdir()) == []
