"""Programs on the target: the system's own are never looked for by PATH, and a user's command keeps the PATH of the login."""

import os
from pathlib import Path

import pytest

from orchestrator.adapters.ssh.on_target.items import shell


@pytest.fixture
def liar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A program of the release with a name of the system, first in PATH."""
    for name in ("uname", "dpkg-query", "systemctl", "rpm", "only-here"):
        (tmp_path / name).write_text("#!/bin/sh\necho a lie\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/local/bin:/usr/bin:/bin")
    return str(tmp_path)


def test_the_systems_own_program_is_run_and_not_the_first_of_its_name(liar: str) -> None:
    ran = shell.run(["uname", "-s"], 10)
    assert (ran.code, ran.output) == (0, b"Linux\n")
    assert shell.run(["only-here"], 10).trouble == "only-here cannot be run: No such file or directory"


def test_what_the_systems_own_program_starts_is_of_the_system_too(liar: str) -> None:
    ran = shell.run(["env"], 10)
    paths = [line for line in ran.output.decode().splitlines() if line.startswith("PATH=")]
    assert paths == ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"]


def test_a_users_command_has_the_path_of_the_login(liar: str) -> None:
    ran = shell.run(["/bin/sh", "-c", "only-here; uname"], 10)
    assert ran.output == b"a lie\na lie\n"
    assert os.environ["PATH"].startswith(liar)
