"""Locks: one holder, none after its death, and none before its programs have ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.lab.kernel import locks
from orchestrator.lab.patience import within

HOLDER = """
import sys
from pathlib import Path
from orchestrator.lab import shell
from orchestrator.lab.kernel import locks
locks.RUN = Path(sys.argv[1])
with locks.held("it"):
    print("held", flush=True)
    shell.attempt(["sh", "-c", "touch " + sys.argv[1] + "/started; sleep 0.7; touch " + sys.argv[1] + "/ended"])
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(locks, "RUN", tmp_path)
    return tmp_path


def test_a_lock_has_one_holder(run: Path) -> None:
    with locks.held("it"), locks.held_if_free("it") as second:
        assert not second
    with locks.held_if_free("it") as now:
        assert now


def test_different_locks_do_not_meet(run: Path) -> None:
    with locks.held("it"), locks.held_if_free("other") as free:
        assert free


def test_no_file_is_left(run: Path) -> None:
    with locks.held("it"):
        pass
    assert list(run.iterdir()) == []


def test_the_lock_of_a_killed_holder_is_free_when_its_programs_have_ended(run: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(run)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert within(5, (run / "started").exists)
        holder.kill()
    waited: list[str] = []
    with locks.held("it", waiting=lambda: waited.append("told")):
        assert (run / "ended").exists()
    assert waited == ["told"]
