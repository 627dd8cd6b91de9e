"""A person who is not root installs the wheel in their own home and runs the demonstration by sudo."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.docs.page_run import OWN_MACHINE
from tests.packaging.wheels import ROOT, built, installed

pytestmark = [pytest.mark.slow, pytest.mark.fleet, pytest.mark.timeout(1500)]
NEWCOMER = 4242
"""A user that no account of this machine has."""
# The demonstration goes to a folder of the machine's: another one stands in its place.
BESIDE = 'mkdir -p /var/lib/orch-demo && mount --bind "$1" /var/lib/orch-demo && exec "$2" demo'


def test_the_demonstration_runs_by_sudo_in_the_newcomers_home(tmp_path: Path) -> None:
    home, labs, demo = (tmp_path / name for name in ("home", "labs", "demo"))
    for folder in (home, labs, demo):
        folder.mkdir()
    orch = installed(built(ROOT, tmp_path / "dist"), home / "orch").prefix / "bin/orch"
    os.chown(home, NEWCOMER, NEWCOMER)
    as_sudo_does = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "SUDO_UID": str(NEWCOMER),
    }
    ended = subprocess.run(
        [OWN_MACHINE, f"orch-newcomer-{os.getpid()}", labs, "bash", "-c", BESIDE, "bash", demo, orch],
        cwd=home, env=as_sudo_does, capture_output=True, text=True, check=False, timeout=1400,
    )  # fmt: skip
    with suppress(OSError):  # the place for the mount; a demonstration of this machine's own stays
        Path("/var/lib/orch-demo").rmdir()
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr
    assert (
        f"The demonstration goes to /var/lib/orch-demo, because records are not safe here: {home}"
        in ended.stdout
    )
    assert "0 differences" in ended.stdout
    assert f"sudo {orch} lab down --name demo" in ended.stdout
    assert len(list(demo.glob("shop-*.html"))) == 3
