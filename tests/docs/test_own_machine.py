"""Pages run in a machine of their own: its labs are nobody else's, and nothing of it is left when it ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.docs.page_run import OWN_MACHINE

pytestmark = pytest.mark.fleet
SEEN = "ls /var/lib/orch-lab/labs /run/netns; ls /sys/class/net >/dev/null; ip -o link | wc -l; ps -e | wc -l; exit 7"


def groups(name: str) -> list[Path]:
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    tops = [Path(each[1]) for each in mounts if each[2] == "cgroup2" or "name=systemd" in each[3]]
    return [top / name for top in tops if (top / name).exists()]


def test_it_sees_no_other_lab_and_leaves_nothing(tmp_path: Path) -> None:
    name = f"orch-docs-own-{os.getpid()}"
    ended = subprocess.run(
        [OWN_MACHINE, name, tmp_path, "bash", "-c", SEEN],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 7, ended
    assert "test-" not in ended.stdout
    assert ended.stdout.split()[-2] == "1"  # the loopback alone
    assert int(ended.stdout.split()[-1]) < 12
    assert groups(name) == []


def test_what_goes_on_in_it_ends_with_it(tmp_path: Path) -> None:
    name = f"orch-docs-own-{os.getpid()}"
    subprocess.run(
        [OWN_MACHINE, name, tmp_path, "bash", "-c", "setsid sleep 4711 & true"], check=True, timeout=60
    )
    running = subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert "sleep 4711" not in running
    assert groups(name) == []
