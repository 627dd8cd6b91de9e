"""`--detach` with a real driver: it outlives the terminal, the job and the process group that it was started from."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fleet.conftest import NewLab
from tests.fleet.small_site import SmallSite

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("ends", ["its terminal is closed", "its job is killed"])
def test_the_driver_outlives_what_started_it(new_lab: NewLab, tmp_path: Path, ends: str) -> None:
    lab = new_lab(2, light=True)
    site = SmallSite(lab, tmp_path, "ways", {})
    ours, theirs = pty.openpty()
    orch = f"{sys.executable} -m orchestrator"
    job = subprocess.Popen(
        ["setsid", "--ctty", "--wait", "sh", "-c", f"{orch} deploy plans/app.yml --detach --json; sleep 300"],
        cwd=site.project, env=site.environment, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert job.stdout is not None
    line = json.loads(job.stdout.readline())
    assert line["what"] == "started", line
    [shell] = Path(f"/proc/{job.pid}/task/{job.pid}/children").read_text().split() or [str(job.pid)]
    os.close(theirs)
    if ends == "its terminal is closed":
        os.close(ours)
    else:
        os.killpg(int(shell), signal.SIGKILL)
        os.close(ours)
    job.stdout.close()
    assert job.wait(30) != 0
    before = json.loads(site.orch("status", line["deployment"], "--json").stdout.splitlines()[-1])
    watched = site.orch("watch", line["deployment"], "--json")
    assert watched.returncode == 0, watched
    assert json.loads(watched.stdout.splitlines()[-1])["state"] == "completed"
    assert not before.get("over"), "it was over before its job was: nothing is shown"
    assert [lab.ssh(host.name, "cat /srv/app").out.strip() for host in lab.hosts] == ["2", "2"]
