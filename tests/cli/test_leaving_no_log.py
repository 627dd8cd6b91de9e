"""However a command ends, no log is left beside the database: on a disk that turns read-only it could not be read."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store.journal import SqlJournal


@pytest.mark.parametrize("words", [["list"], ["locks"], ["status", "nosuch"]])
def test_a_command_leaves_no_log_beside_the_journal(tmp_path: Path, words: list[str]) -> None:
    with closing(SqlJournal(tmp_path, SystemClock())):
        pass  # a look alone makes no journal
    for each in (["stop-all", "--reason", "a fire"], words):
        command = [sys.executable, "-m", "orchestrator", *each]
        subprocess.run(command, env={**os.environ, "ORCH_HOME": str(tmp_path)}, check=False, timeout=60)
    assert (tmp_path / "journal.sqlite").exists()
    assert not list(tmp_path.glob("journal.sqlite-*"))
