"""Hosts whose sudo asks for a password that no file of the project has, and orch in a terminal that is asked for it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import time
from pathlib import Path

from orchestrator.lab.fleet import Lab
from tests.fleet.small_site import SmallSite

PASSWORD = "rough Weather's $end"


GUARDED = """
echo "deploy:$1" | chpasswd
rm -f /etc/sudoers.d/*
echo "deploy ALL=(ALL) ALL" > /etc/sudoers.d/deploy
"""


class Terminal:
    """orch in a terminal of its own."""

    def __init__(self, site: SmallSite, *words: str) -> None:
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(site.project)
            command = [sys.executable, "-m", "orchestrator", *words]
            os.execve(sys.executable, command, {**site.environment, "TERM": "dumb"})
        self.seen = ""

    def read_until(self, pattern: str, seconds: float = 120.0) -> None:
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            assert time.monotonic() < deadline, self.seen
            if select.select([self._terminal], [], [], 0.5)[0]:
                try:
                    self.seen += os.read(self._terminal, 65536).decode("utf-8", "replace")
                except OSError:
                    assert re.search(pattern, self.seen), self.seen

    def type(self, line: str) -> None:
        os.write(self._terminal, line.encode() + b"\n")

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)


def guarded(lab: Lab) -> None:
    quoted = "'" + PASSWORD.replace("'", "'\\''") + "'"
    for host in lab.hosts:
        assert lab.ssh(host.name, f"sudo sh -s {quoted} <<'EOF'\n{GUARDED}EOF\n").code == 0


def holding(folder: Path) -> list[str]:
    """The files that hold the password."""
    kept = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in kept if PASSWORD.encode() in path.read_bytes()]
