"""`orch messages`: lists of what was sent and owed, sending by hand, and the channels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.files.manual import channels
from orchestrator.errors import ExitCode
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree


@pytest.fixture
def fleet() -> Fleet:
    notify = {"by": "desk", "to": ["desk@example.net"], "at": ["start", "end"]}
    entry = {"audience": "service desk", "channel": "mail", "notify": notify}
    return Fleet({**plan_tree(), "communication": [entry]})


def listed(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert orch(fleet, ["messages", "list", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_was_sent_is_listed(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.deploy()
    assert [(row["moment"], row["tries"]) for row in listed(fleet, capsys)] == [("start", 1), ("end", 1)]
    assert all(row["state"].startswith("sent at") for row in listed(fleet, capsys))


def test_what_is_owed_is_listed_and_sent_by_hand(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.senders.gone = True
    fleet.deploy()
    assert all(row["state"].startswith("owed from") for row in listed(fleet, capsys))
    assert orch(fleet, ["messages", "send"]) == 0
    assert "start: sent to service desk by desk" in capsys.readouterr().out
    assert [message.moment for _, message in fleet.channels.sent] == ["start", "end"]


def test_a_message_that_cannot_be_sent_is_told(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.channels.down["desk"] = "no answer"
    fleet.senders.gone = True
    fleet.deploy()
    assert orch(fleet, ["messages", "send"]) == ExitCode.HELD
    assert "not sent to service desk by desk: no answer; again at" in capsys.readouterr().out
    assert [row["tries"] for row in listed(fleet, capsys)] == [1, 0]


def test_a_deployment_without_messages_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Fleet()
    fleet.deploy()
    assert orch(fleet, ["messages", "list"]) == 0
    assert "has sent no message and owes none" in capsys.readouterr().out


def test_channels_are_shown_without_their_secrets(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    assert orch(fleet, ["messages", "check", str(channels())]) == 0
    shown = capsys.readouterr().out
    assert "house-mail: mail by mail.example.net:587 (tls: starttls)" in shown
    assert "pass show" not in shown


def test_a_fault_of_the_channels_has_its_line(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "channels.yml"
    file.write_text("orch: 1\nchannels:\n  desk:\n    webhook: {url: 'https://x/'}\n")
    assert orch(fleet, ["messages", "check", str(file)]) == ExitCode.PLAN_FAULT
    assert "channels.yml:4" in capsys.readouterr().err
