"""`orch demo` begins only where its records are safe: also where somebody calls it by sudo in their own home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.cli.verbs.demo import default_folder
from orchestrator.errors import ExitCode

STRANGER = 4242
"""A user that no account of this machine has."""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")


def test_it_goes_into_the_folder_in_which_it_is_called(tmp_path: Path) -> None:
    assert default_folder(tmp_path) == Path(".orch-demo")


@as_root
def test_in_the_home_of_whoever_calls_sudo_it_goes_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.chown(tmp_path, STRANGER, STRANGER)
    assert default_folder(tmp_path) == Path("/var/lib/orch-demo")
    assert f"{tmp_path}, which belongs to user {STRANGER}" in capsys.readouterr().out


@as_root
@pytest.mark.parametrize("folder", ["demo", "deep/down/demo"])
def test_a_named_folder_that_is_not_safe_is_refused_before_a_host_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    os.chown(tmp_path, STRANGER, STRANGER)
    assert run(["demo", "--folder", str(tmp_path / folder)]) == ExitCode.STORE_FAULT
    assert "Name another with --folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@as_root
def test_without_root_it_says_how_and_writes_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    program = (
        "import os, sys; from orchestrator.cli.main import run; import orchestrator.cli.verbs.demo; "
        "os.setuid(4242); sys.exit(run(['demo', '--folder', sys.argv[1]]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "demo")], capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert ended.returncode == ExitCode.MACHINE_LACKS, ended
    assert "that needs root: sudo orch demo" in ended.stderr
    assert list(tmp_path.iterdir()) == []
