"""`orch watch` follows what others write, as processes of their own, and touches nothing."""

from __future__ import annotations

import contextlib
import grp
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.domain.journal import events as e
from tests.journals.corpus import recorded
from tests.journals.home import keep, keep_named

ORCH = [sys.executable, "-m", "orchestrator"]
NAME = "pilot_backed_out"


def watching(home: Path, *words: str, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*before, *ORCH, "watch", *words],
        env={**os.environ, "ORCH_HOME": str(home)},
        cwd=home.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def objects(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize(("name", "code"), [("completed_phased", 0), (NAME, 5), ("held", 8)])
def test_it_ends_as_the_deployment_did(
    name: str, code: int, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_named(home, name)
    assert run(["watch", name, "--json"]) == code
    lines = objects(capsys.readouterr().out)
    assert [line["seq"] for line in lines[:-1]] == list(range(1, len(lines)))
    assert (lines[-1]["deployment"], lines[-1]["exit_code"]) == (name, code)


def test_where_none_is_open_it_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_named(home, NAME)
    assert run(["watch"]) == 11
    assert "orch watch --wait" in capsys.readouterr().err


@pytest.mark.parametrize("time_given", ["soon", "0s", "30d"])
def test_a_time_that_is_none_is_refused(
    time_given: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["watch", "--wait", "--at-most", time_given]) == 2
    assert "--at-most: expected" in capsys.readouterr().err


def test_it_waits_for_the_next_and_shows_what_is_written_meanwhile(home: Path) -> None:
    keep_named(home, "completed_phased")
    records = recorded(NAME)
    watch = watching(home, "--wait", "--at-most", "2m", "--json")
    keep(home, NAME, records[:4])
    assert watch.stdout is not None
    first = [json.loads(watch.stdout.readline())["seq"] for _ in range(4)]
    assert first == [1, 2, 3, 4]
    keep(home, NAME, records[4:])
    rest, _ = watch.communicate(timeout=40)
    assert [line["seq"] for line in objects(rest)[:-1]] == [record.seq for record in records[4:]]
    assert watch.returncode == 5


@pytest.mark.slow
def test_one_that_nobody_drives_ends_the_watch(home: Path) -> None:
    gone = e.DriverTook(driver=f"{socket.gethostname()}:4194305", by="ann")
    planned = recorded(NAME)[:4]
    keep(home, NAME, [r.model_copy(update={"event": gone}) if r.seq == 3 else r for r in planned])
    watch = watching(home)
    out, err = watch.communicate(timeout=40)
    assert watch.returncode == 8, (out, err)
    assert f"orch resume {NAME}" in err


def test_ctrl_c_ends_only_the_watching(home: Path) -> None:
    keep(home, NAME, recorded(NAME)[:4])
    watch = watching(home, "--wait")
    assert watch.stdout is not None
    assert watch.stdout.readline()
    time.sleep(0.5)
    watch.send_signal(signal.SIGINT)
    _, err = watch.communicate(timeout=60)
    assert watch.returncode == 130
    assert "goes on" in err
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_terminal_has_the_tree(home: Path) -> None:
    keep_named(home, NAME)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (40, 120))
    watch = subprocess.Popen(
        [*ORCH, "watch", NAME],
        env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    assert watch.wait(timeout=60) == 5
    assert re.search("↩.*pilot", shown.decode())
    assert b"\x1b[" in shown


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A home whose group may read the journal. Not below pytest's folder, which only its owner may pass."""
    with tempfile.TemporaryDirectory(prefix="orch-watch-") as above:
        Path(above).chmod(0o711)
        home = Path(above) / "home"
        keep_named(home, NAME)
        group = grp.getgrnam("nogroup").gr_gid
        for place, mode in ((home, 0o710), *((file, 0o640) for file in home.glob("journal.sqlite*"))):
            os.chown(place, 0, group)
            place.chmod(mode)
        yield home


GUEST = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
STRANGER = ["setpriv", "--reuid=nobody", "--regid=games", "--clear-groups", "--"]
needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="only root can become another user"
)


@pytest.mark.slow
@needs_root
def test_another_user_of_the_homes_group_watches_and_writes_nothing(open_home: Path) -> None:
    before = sorted(open_home.rglob("*"))
    out, err = watching(open_home, NAME, "--json", before=GUEST).communicate(timeout=60)
    assert objects(out)[-1]["exit_code"] == 5, err
    assert sorted(open_home.rglob("*")) == before


@pytest.mark.slow
@needs_root
def test_another_user_sees_what_is_written_meanwhile(open_home: Path) -> None:
    records = recorded("completed_phased")
    keep(open_home, "d2", records[:3])
    watch = watching(open_home, "d2", "--wait", "--json", before=GUEST)
    assert watch.stdout is not None
    assert json.loads(watch.stdout.readline())["seq"] == 1
    keep(open_home, "d2", records[3:])
    out, err = watch.communicate(timeout=60)
    assert objects(out)[-1]["exit_code"] == 0, err


@pytest.mark.slow
@needs_root
def test_whoever_may_not_read_is_told(open_home: Path) -> None:
    watch = watching(open_home, before=STRANGER)
    _, err = watch.communicate(timeout=60)
    assert watch.returncode == 13, err
    assert "you may not read its journal" in err
