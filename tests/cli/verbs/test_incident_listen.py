"""`orch incident listen` as a process of its own: signed messages become incidents, and nothing else does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.files.incident_map_file import load_incident_map
from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from tests.worlds.webhooks import SECRET, send, signed

MAP = """\
orch: 1
fields:
  id: data.number
  title: data.short_description
  opened: {at: data.opened_at, zone: UTC}
  severity: {at: data.priority, words: {"1": critical}}
  hosts: data.cmdb.*.name
"""
DATA = {
    "number": "INC0010023",
    "short_description": "=cmd()",
    "opened_at": "2026-03-03 08:10:00",
    "priority": "1",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "map.yml").write_text(MAP)
    return tmp_path


class Listener:
    """The command, and its port."""

    def __init__(self, home: Path, *more: str) -> None:
        words = [
            "incident",
            "listen",
            "--address",
            "127.0.0.1:0",
            "--secret-file",
            str(home / "secret"),
            *more,
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().partition("127.0.0.1:")[2].partition("/")[0])

    def end(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def listener(home: Path) -> Iterator[Listener]:
    made = Listener(home, "--map", str(home / "map.yml"), "--name", "desk")
    yield made
    made.process.kill()


def incidents(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["incident", "list", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_is_signed_is_written_down_and_told(
    listener: Listener, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    assert send(listener.port, {"data": DATA}, now, "m1").code == "taken"
    assert send(listener.port, {"data": DATA}, now, "m1").code == "already"
    assert send(listener.port, {"data": DATA}, now, "m2").code == "unchanged"
    closed = {"number": "INC0010023", "cmdb": [{"name": "web1"}], "priority": 3}
    assert send(listener.port, {"data": closed}, now, "m3").code == "taken"
    assert send(listener.port, {"data": {"number": "\x1b[31m"}}, now, "m4").code == "incident"
    assert send(listener.port, {"data": DATA}, now - timedelta(hours=1), "m5").code == "time"
    assert send(listener.port, {"data": DATA}, now, "m6", secret="x" * 20).code == "signature"
    code, out, err = listener.end()
    assert code == ExitCode.INTERRUPTED
    assert [line.split()[2].rstrip(":") for line in out.splitlines()] == [
        "taken",
        "already",
        "unchanged",
        "taken",
    ]
    assert [line.split("(")[1].split(")")[0] for line in err.splitlines() if "refused" in line] == [
        "incident",
        "time",
        "signature",
    ]
    assert "Traceback" not in err
    assert "\x1b" not in err
    [known] = incidents(capsys)
    assert (known["id"], known["title"], known["severity"], known["hosts"]) == (
        "INC0010023",
        "=cmd()",
        "3",
        ["web1"],
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--address", "localhost:80"], "--address"),
        (["--address", "127.0.0.1"], "--address"),
        (["--address", "127.0.0.1:99999"], "--address"),
        (["--name", "a b"], "--name"),
        (["--secret-file", "gone"], "gone cannot be read"),
        (["--rate", "0"], "--rate"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    home: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["incident", "listen", "--secret-file", str(home / "secret"), *words])
    assert code == ExitCode.USAGE
    assert says in capsys.readouterr().err


def test_a_map_with_faults_names_its_lines(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "map.yml").write_text("orch: 1\nfields:\n  title: a..b\n  nothing: x\n")
    words = ["--secret-file", str(home / "secret"), "--map", str(home / "map.yml")]
    assert run(["incident", "listen", *words]) == ExitCode.PLAN_FAULT
    shown = capsys.readouterr().err
    assert "map.yml:3 fields.title" in shown
    assert "map.yml:4 fields.nothing" in shown


def test_the_example_of_the_docs_is_a_map(root: Path, tmp_path: Path) -> None:
    text = (root / "docs/review.md").read_text(encoding="utf-8").partition("fields:\n")[2].partition("```")[0]
    (tmp_path / "map.yml").write_text(f"orch: 1\nfields:\n{text}")
    assert load_incident_map(tmp_path / "map.yml").fields.id.at == "number"


def test_a_message_is_signed_as_those_that_orch_sends() -> None:
    from orchestrator.adapters.channels.webhook import signature_headers
    from orchestrator.domain.authority.webhook_signature import key_of

    now = datetime.now(UTC)
    assert signature_headers(key_of(SECRET), "m", now, b"{}") == signed(b"{}", now, "m")
