"""The options that give a password to become root: what is wrong with one is said before anything starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.cli.options.become_options import password_in
from orchestrator.errors import UsageFault


def written(folder: Path, text: str, *, mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("text", ["open Sesame", "open Sesame\n", "  open Sesame \n\n"])
def test_a_file_has_it_in_one_line(tmp_path: Path, text: str) -> None:
    assert password_in(written(tmp_path, text)) == "open Sesame"


def test_a_program_prints_it(tmp_path: Path) -> None:
    assert password_in(written(tmp_path, "#!/bin/sh\necho open Sesame\n", mode=0o700)) == "open Sesame"


FAULTS = {
    "an empty file": ("", 0o600, "got nothing"),
    "two lines": ("open\nSesame\n", 0o600, "got several lines"),
    "a program that fails": ("#!/bin/sh\nexit 3\n", 0o700, "ended with 3"),
    "no text": ("\udcff", 0o600, "it is no text"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_gives_no_password(tmp_path: Path, case: str) -> None:
    text, mode, says = FAULTS[case]
    path = tmp_path / "password"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    path.chmod(mode)
    with pytest.raises(UsageFault, match=says):
        password_in(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="No such file"):
        password_in(tmp_path / "none")


@pytest.mark.parametrize("verb", ["deploy", "rehearse", "resume", "rollback", "abort"])
def test_without_a_terminal_nothing_is_asked(tmp_path: Path, verb: str) -> None:
    more = {
        "deploy": ["plan.yml"],
        "rehearse": ["plan.yml", "--in", "staging"],
        "resume": [],
        "rollback": ["x", "--reason", "y"],
        "abort": ["x", "--reason", "y"],
    }[verb]
    ended = subprocess.run(
        [sys.executable, "-m", "orchestrator", verb, *more, "-K"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 2, ended.stderr
    assert "--become-password-file FILE" in ended.stderr
    assert "Traceback" not in ended.stderr
