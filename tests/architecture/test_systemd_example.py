"""The units in docs/systemd are what systemd takes, and what orch takes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.cli.verbs.driving.run_due import run_due_

PROGRAM = "/opt/orch/.venv/bin/orch"


def test_the_command_is_one_that_there_is(root: Path) -> None:
    unit = (root / "docs/systemd/orch-run-due.service").read_text()
    command = next(line for line in unit.splitlines() if line.startswith("ExecStart=")).split()
    assert command[:2] == [f"ExecStart={PROGRAM}", "run-due"]
    options = {name for option in run_due_.params for name in option.opts}
    assert set(command[2:]) <= options


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
@pytest.mark.parametrize("broken", ["", "OnCalendar=every now and then\n"])
def test_systemd_takes_the_units_and_would_tell_of_a_bad_one(root: Path, tmp_path: Path, broken: str) -> None:
    for unit in (root / "docs/systemd").iterdir():
        text = unit.read_text().replace(PROGRAM, sys.executable)
        (tmp_path / unit.name).write_text(
            text.replace("OnCalendar=minutely\n", broken or "OnCalendar=minutely\n")
        )
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    complaints = [line for line in ended.stderr.splitlines() if "orch-run-due" in line]
    assert bool(complaints) is bool(broken), ended.stderr
