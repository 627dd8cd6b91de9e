"""What became of each login that a visit kept for a run is in the log of its worker."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from orchestrator.adapters.ansible import kept_logins
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder, Beside
from tests.adapters.ansible.local_runs import request

PLACE = "192.0.2.5:22"
OTHER = "192.0.2.6:22"
"""Nobody's (RFC 5737)."""


def listening(path: Path) -> socket.socket:
    """What stands for ssh behind its socket: it answers, and no more."""
    wire = socket.socket(socket.AF_UNIX)
    wire.bind(str(path))
    wire.listen()
    return wire


def dead(path: Path) -> socket.socket:
    """A socket whose ssh was killed."""
    wire = listening(path)
    wire.close()
    return wire


def never(path: Path) -> socket.socket:
    """ssh has ended, and taken its socket with it."""
    return socket.socket()


def answer_twice(ssh: socket.socket) -> None:
    """The question whether it is there, and the one to end."""
    for _ in range(2):
        ssh.accept()[0].close()


LEFT: dict[str, tuple[Callable[[Path], socket.socket], str]] = {
    "there": (listening, "192.0.2.5:22 goes by the login of the visit before"),
    "ended": (dead, "192.0.2.5:22 logs in anew: nobody answers behind the socket of the visit's login"),
    "gone": (never, "192.0.2.5:22 logs in anew: the visit's login has ended, its socket is gone"),
}


@pytest.fixture
def folder(tmp_path: Path) -> AttemptFolder:
    """A run of two hosts, to one of which the visit has handed its login on; the run's own connections are in `control`."""
    made = AttemptFolder(tmp_path / "attempts", "a-1")
    asked = request("a-1", "site.yml", addresses={"one": PLACE, "two": OTHER})
    assert made.create(asked, beside=Beside(logins={PLACE: f"{tmp_path}/1"}))
    (tmp_path / "control").mkdir()
    assert made.claim({"control": str(tmp_path / "control")})
    return made


@pytest.mark.parametrize("case", LEFT)
def test_the_log_says_by_which_login_each_host_was_reached(
    folder: AttemptFolder, tmp_path: Path, case: str
) -> None:
    behind, line = LEFT[case]
    with closing(behind(tmp_path / "1-of-ssh")):
        fates = kept_logins.fetch(folder.request(), folder, tmp_path / "control")
    assert list(kept_logins.fetched_words(fates)) == [
        line,
        "192.0.2.6:22 logs in anew: no visit handed its login on",
    ]


def test_a_login_that_ended_while_its_run_went_on_is_named(folder: AttemptFolder, tmp_path: Path) -> None:
    with closing(listening(tmp_path / "1-of-ssh")):
        kept_logins.fetch(folder.request(), folder, tmp_path / "control")
    assert list(kept_logins.early_words(kept_logins.end(folder))) == [
        "192.0.2.5:22: the login of the visit had ended before the run did"
    ]


def test_a_login_that_was_there_to_the_end_is_not(folder: AttemptFolder, tmp_path: Path) -> None:
    with closing(listening(tmp_path / "1-of-ssh")) as ssh:
        kept_logins.fetch(folder.request(), folder, tmp_path / "control")
        answered = threading.Thread(target=answer_twice, args=(ssh,), daemon=True)
        answered.start()
        assert kept_logins.end(folder) == []
        answered.join()
