"""No process opens the file of its own store past SQLite: that drops its locks, and events of other processes are lost."""

import subprocess
import sys
from pathlib import Path

OPENED = """
import os, sys
from pathlib import Path
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.store.journal import SqlJournal
home = Path(sys.argv[1])
journal = SqlJournal(home, SystemClock())
journal.deployments()
for name in ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"):
    for way in (lambda p: open(p, "rb").close(), lambda p: os.close(os.open(p, os.O_RDONLY)), lambda p: p.read_bytes()):
        try:
            way(home / name)
        except PermissionError:
            continue
        print(name, "was opened")
(home / "another").write_bytes(b"")
print("end")
"""


def test_it_is_refused(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", OPENED, str(tmp_path / "home")], capture_output=True, text=True, check=False
    )
    assert (ended.stdout, ended.stderr) == ("end\n", "")
