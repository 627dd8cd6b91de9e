"""However a command ends, no log is left beside the database: on a disk that turns read-only it could not be read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("words", [["list"], ["locks"], ["status", "nosuch"]])
def test_a_command_leaves_no_log_beside_the_journal(tmp_path: Path, words: list[str]) -> None:
    writing = ["stop-all", "--reason", "a fire"]  # a look alone makes no journal
    for each in (writing, words):
        command = [sys.executable, "-m", "orchestrator", *each]
        subprocess.run(command, env={**os.environ, "ORCH_HOME": str(tmp_path)}, check=False, timeout=60)
    assert (tmp_path / "journal.sqlite").exists()
    assert not list(tmp_path.glob("journal.sqlite-*"))
