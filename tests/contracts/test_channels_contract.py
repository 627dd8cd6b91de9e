"""Every channel: the fake, a real mail server and a real webhook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.channels import ChannelsOfHouse
from orchestrator.domain.rules.channels import Channel
from orchestrator.engine.messaging_ports import Channels, Message, MessageText
from tests.fakes.channels import FakeChannels
from tests.fakes.clock import FakeClock
from tests.worlds.receivers import hook, mail_server, silent_port


class Sending(NamedTuple):
    """Channels with one that works, one that hangs, and how many messages arrived."""

    channels: Channels
    arrived: Callable[[], int]


def message(number: int = 1, **changes: Any) -> Message:
    usual = {"to": ("desk@example.net",), "text": MessageText("It ends", "All is well."), "facts": {}}
    return Message(**{"id": f"d1.{number}.0", "moment": "end", **usual, **changes})


def over(channels: dict[str, Any], seconds: float = 0.5) -> ChannelsOfHouse:
    known = {name: Channel.model_validate(words) for name, words in channels.items()}
    return ChannelsOfHouse(lambda: known, process.run, FakeClock(), seconds)


@pytest.fixture(params=["fake", "mail", "webhook", "apprise"])
def sending(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sending]:
    (tmp_path / "secret").write_text("sesame\n")
    with mail_server() as mails, hook() as posts, silent_port() as silent:
        secret = {"file": str(tmp_path / "secret")}
        mail = {"server": "127.0.0.1", "tls": "none", "from": "orch@example.net"}
        match request.param:
            case "fake":
                fake = FakeChannels()
                fake.down["hangs"] = "no answer within 0.5 s"
                yield Sending(fake, lambda: len(fake.sent))
            case "mail":
                works, hangs = {"mail": {**mail, "port": mails.port}}, {"mail": {**mail, "port": silent}}
                yield Sending(over({"works": works, "hangs": hangs}), lambda: len(mails.mails))
            case "webhook":
                works = {"webhook": {"url": posts.url, "secret": secret}}
                hangs = {"webhook": {"url": f"http://127.0.0.1:{silent}/", "secret": secret}}
                yield Sending(over({"works": works, "hangs": hangs}), lambda: len(posts.posted))
            case "apprise":
                pytest.importorskip("apprise")
                (tmp_path / "works").write_text(posts.url.replace("http://", "json://"))
                (tmp_path / "hangs").write_text(f"json://127.0.0.1:{silent}/")
                urls = {
                    name: {"apprise": {"url": {"file": str(tmp_path / name)}}} for name in ("works", "hangs")
                }
                # Whoever sends first imports apprise, and that counts too.
                yield Sending(over(urls, 3.0), lambda: len(posts.posted))


def test_a_message_arrives_once(sending: Sending) -> None:
    assert sending.channels.send("works", message()) == ""
    assert sending.arrived() == 1


def test_a_channel_that_hangs_is_a_reason(sending: Sending) -> None:
    assert "no answer" in sending.channels.send("hangs", message())
    assert sending.arrived() == 0


def test_a_channel_that_there_is_not_is_a_reason() -> None:
    assert over({}).send("other", message()) == "channels.yml has no channel other"
