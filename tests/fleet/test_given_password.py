"""A password to become root that a person gives: in a terminal or by a file, kept nowhere, and asked for again by the next."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import time
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.conftest import NewLab
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


@pytest.mark.slow
def test_a_password_from_a_file_serves_visits_and_runs_and_the_rollback_needs_it_again(
    new_lab: NewLab, tmp_path: Path
) -> None:
    lab = new_lab(2, light=True)
    site, file = SmallSite(lab, tmp_path, "ways", {}), tmp_path / "password"
    guarded(lab)
    file.write_text(PASSWORD + "\n")
    without = site.orch("deploy", "plans/app.yml")
    assert without.returncode == 4
    assert "--ask-become-pass" in without.stdout + without.stderr
    deployed = site.orch("deploy", "plans/app.yml", "--become-password-file", str(file))
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    name = re.findall(r"app-2-\d{8}-\d{6}", deployed.stdout)[-1]
    refused = site.orch("rollback", name, "--reason", "why")
    assert refused.returncode != 0
    assert "--become-password-file FILE" in refused.stderr
    assert "backout_began" not in site.orch("record", "show", name, "--json").stdout
    back = site.orch("rollback", name, "--reason", "why", "--become-password-file", str(file))
    assert back.returncode == 5, back.stdout + back.stderr
    assert holding(tmp_path / "orch") == []


@pytest.mark.slow
def test_a_password_from_the_terminal_dies_with_its_driver(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(2, light=True)
    site, file = SmallSite(lab, tmp_path, "ways", {}), tmp_path / "password"
    guarded(lab)
    file.write_text(PASSWORD + "\n")
    terminal = Terminal(site, "deploy", "plans/app.yml", "-K")
    terminal.read_until("Password to become root")
    terminal.type(PASSWORD)
    terminal.read_until("baseline")
    terminal.kill()
    assert PASSWORD not in terminal.seen
    refused = site.orch("resume")
    assert refused.returncode == 4, refused.stdout + refused.stderr
    assert "--ask-become-pass" in refused.stderr
    resumed = site.orch("resume", "--become-password-file", str(file))
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert holding(tmp_path / "orch") == []
