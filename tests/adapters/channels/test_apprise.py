"""A channel that apprise speaks: what arrives, and that no failure tells its URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.channels.apprise_service import send_by_apprise
from orchestrator.adapters.files.channels_file import load_channels
from orchestrator.domain.rules.channels import AppriseChannel, Channel
from orchestrator.engine.messaging_ports import Message, MessageText
from orchestrator.errors import PlanFault
from tests.worlds.receivers import Hook, hook

pytest.importorskip("apprise")
HOSTILE = "\u202e <b>now</b> *bold* {token} \\n :boom: ${HOME}"


@pytest.fixture
def receiver() -> Iterator[Hook]:
    with hook() as posts:
        yield posts


def sent(folder: Path, url: str, text: str = "All is well.") -> str:
    place = folder / "url"
    place.write_text(url)
    channel = AppriseChannel.model_validate({"url": {"file": str(place)}})
    message = Message("d1.1.0", "failure", (), MessageText("It ends", text), {})
    return send_by_apprise(channel, message, process.run, 2.0)


def test_the_text_arrives_as_it_is(receiver: Hook, tmp_path: Path) -> None:
    assert sent(tmp_path, receiver.url.replace("http://", "json://user:sesame@"), HOSTILE) == ""
    [(_, body)] = receiver.posted
    arrived = json.loads(body)
    assert (arrived["title"], arrived["message"], arrived["type"]) == ("It ends", HOSTILE, "failure")


@pytest.mark.parametrize("status", [302, 401, 500])
def test_a_refusal_tells_nothing_of_the_url(
    receiver: Hook, tmp_path: Path, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    receiver.status = status
    why = sent(tmp_path, receiver.url.replace("http://", "json://user:sesame@") + "?token=sesame")
    assert why == "apprise could not send it by JSON"
    assert len(receiver.posted) == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "url", ["sesame://open", "json://", "not a URL", "json://[sesame/", "json://a/ json://b/sesame"]
)
def test_what_apprise_does_not_know_is_a_reason_without_the_url(
    tmp_path: Path, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    why = sent(tmp_path, url)
    assert why
    assert "sesame" not in why
    assert capfd.readouterr() == ("", "")


def test_nobody_answers(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert sent(tmp_path, "json://user:sesame@127.0.0.1:1/") == "apprise could not send it by JSON"
    assert capfd.readouterr() == ("", "")


def test_a_url_that_cannot_be_read_is_a_reason(tmp_path: Path) -> None:
    channel = AppriseChannel.model_validate({"url": {"file": str(tmp_path / "gone")}})
    message = Message("d1.1.0", "end", (), MessageText("It ends", "All is well."), {})
    assert "cannot be read" in send_by_apprise(channel, message, process.run, 2.0)


@pytest.mark.parametrize("url", ["json://desk/", {"command": ["pass"], "file": "/etc/url"}])
def test_the_url_is_never_written_into_the_file_of_channels(url: object) -> None:
    with pytest.raises(ValueError, match="url"):
        Channel.model_validate({"apprise": {"url": url}})


def test_a_url_in_the_file_of_channels_is_not_repeated(tmp_path: Path) -> None:
    file = tmp_path / "channels.yml"
    file.write_text("orch: 1\nchannels:\n  desk: {apprise: {url: 'slack://sesame'}}\n")
    with pytest.raises(PlanFault) as refused:
        load_channels(file)
    assert "channels.yml:3 channels.desk.apprise.url: expected a file or a command" in str(refused.value)
    assert "sesame" not in str(refused.value)
