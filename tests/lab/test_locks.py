"""Locks: one holder, none after its death, and none before its programs have ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from orchestrator.lab.kernel import locks
from orchestrator.lab.patience import within

HOLDER = """
import sys
from pathlib import Path
from orchestrator.lab import shell
from orchestrator.lab.kernel import locks
with locks.held("it", folder=Path(sys.argv[1])):
    print("held", flush=True)
    shell.attempt(["sh", "-c", "touch " + sys.argv[1] + "/started; sleep 0.7; touch " + sys.argv[1] + "/ended"])
"""


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    with locks.held("it", folder=tmp_path), locks.held_if_free("it", folder=tmp_path) as second:
        assert not second
    with locks.held_if_free("it", folder=tmp_path) as now:
        assert now


def test_different_locks_do_not_meet(tmp_path: Path) -> None:
    with locks.held("it", folder=tmp_path), locks.held_if_free("other", folder=tmp_path) as free:
        assert free


def test_no_file_is_left(tmp_path: Path) -> None:
    with locks.held("it", folder=tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_killed_holder_is_free_when_its_programs_have_ended(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert within(5, (tmp_path / "started").exists)
        holder.kill()
    waited: list[str] = []
    with locks.held("it", folder=tmp_path, waiting=lambda: waited.append("told")):
        assert (tmp_path / "ended").exists()
    assert waited == ["told"]
