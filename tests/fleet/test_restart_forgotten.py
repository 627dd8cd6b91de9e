"""A backout that restores the file and forgets the restart, from the command line: residue, and with the restart none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.lab_targets import run

CASE = Path(__file__).parents[1] / "cases" / "restart-forgotten"
HOST = "web5"
PREPARED = """
sudo mkdir -p /opt/app
printf '#!/bin/sh\\nwhile :; do echo old > /run/app.version; sleep 1; done\\n' | sudo tee /opt/app/run.sh
sudo chmod 755 /opt/app/run.sh
printf '[Service]\\nExecStart=/opt/app/run.sh\\n' | sudo tee /etc/systemd/system/app.service
sudo systemctl daemon-reload; sudo systemctl restart app
"""
REMOVED = "sudo systemctl stop app; sudo rm -r /opt/app /etc/systemd/system/app.service; sudo systemctl daemon-reload"
RESTART = "    - ansible.builtin.systemd_service: {name: app, state: restarted}\n"


@pytest.mark.long
@pytest.mark.parametrize(
    ("more", "exit_code", "words"),
    [
        ("", 6, "unit app.service still runs what it started with: /opt/app/run.sh changed after that"),
        pytest.param(RESTART, 5, "equal to the baseline: web5", marks=pytest.mark.slow),
    ],
    ids=["forgotten", "done"],
)
def test_what_runs_after_a_backout_is_what_is_there(
    lab: Lab, tmp_path: Path, more: str, exit_code: int, words: str
) -> None:
    project = Path(shutil.copytree(CASE, tmp_path / "project"))
    plan, backout = project / "plans/p.yml", project / "rollback/p.yml"
    plan.write_text(plan.read_text().replace("@INVENTORY@", str(lab.inventory)))
    backout.write_text(backout.read_text() + more)
    environment = {**os.environ, "ORCH_HOME": str(tmp_path / "orch")}

    def orch(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "orchestrator", *words]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=280, check=False
        )

    run(lab, HOST, PREPARED)
    try:
        ended = orch("deploy", "plans/p.yml")
        assert ended.returncode == exit_code, ended.stdout + ended.stderr
        record = orch("record", "show").stdout
    finally:
        run(lab, HOST, REMOVED)
    assert words in record
    assert "The baseline does not see: files beyond /opt/app, /etc/systemd/system;" in record
