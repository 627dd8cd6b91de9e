"""Mail: what arrives at a real server, and what is said of one that refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.channels import ChannelsOfHouse
from orchestrator.domain.rules.channels import Channel
from orchestrator.engine.messaging_ports import Message, MessageText
from tests.fakes.clock import FakeClock
from tests.worlds.media_server import tls_context
from tests.worlds.receivers import free_port, mail_server

TEXT = MessageText("Grüße", "Line 1\nLine 2")


def send(port: int, text: MessageText = TEXT, **words: Any) -> str:
    to = words.pop("to", ("desk@example.net", "ops@example.net"))
    mail = {"server": "127.0.0.1", "port": port, "tls": "none", "from": "orch@example.net", **words}
    known = {"mail": Channel.model_validate({"mail": mail})}
    channels = ChannelsOfHouse(lambda: known, process.run, FakeClock(), 5.0)
    return channels.send("mail", Message("d1.2.0", "wave", to, text, {}))


def test_the_mail_that_arrives() -> None:
    with mail_server() as server:
        assert send(server.port) == ""
    [(recipients, mail)] = server.mails
    assert recipients == ("desk@example.net", "ops@example.net")
    assert (mail["From"], mail["Subject"]) == ("orch@example.net", "Grüße")
    assert mail["Message-ID"] == "<d1.2.0@example.net>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == ["Line 1", "Line 2"]


def test_markup_stays_text_and_no_line_of_a_text_ends_the_mail() -> None:
    hostile = "<script>alert(1)</script>\n.\nRCPT TO:<x@example.net>"
    with mail_server() as server:
        assert send(server.port, MessageText("x", hostile)) == ""
    [(recipients, mail)] = server.mails
    assert len(recipients) == 2
    assert mail.get_content().splitlines() == hostile.splitlines()


def test_a_subject_of_two_lines_is_not_sent() -> None:
    with mail_server() as server:
        assert "linefeed" in send(server.port, MessageText("a\nBcc: x@example.net", ""))
    assert server.mails == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"to": ()}, "the plan names no recipient"),
        ({"to": ("gone@example.net",)}, "the server refused gone@example.net"),
        ({"to": ("gone@example.net", "desk@example.net")}, "refused for gone@example.net"),
        ({"tls": "starttls"}, "the server does not speak SMTP as expected"),
        ({"tls": "tls"}, "no answer"),
    ],
)
def test_why_a_mail_was_not_sent(words: dict[str, Any], reason: str) -> None:
    with mail_server() as server:
        server.refuses = "gone@example.net"
        assert reason in send(server.port, **words)


def test_a_server_that_is_not_there() -> None:
    assert "Connection refused" in send(free_port())


def test_a_password_that_is_refused_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("orch\n")
    (tmp_path / "wrong").write_text("hunter2\n")
    (tmp_path / "right").write_text("right\n")
    with mail_server(tls_context=tls_context(tmp_path), require_starttls=True) as server:
        for name, outcome in (("wrong", "the server refused user and password"), ("right", "")):
            answer = send(
                server.port,
                tls="starttls",
                ca_file=str(tmp_path / "ca.pem"),
                user={"file": str(tmp_path / "user")},
                password={"command": ["cat", str(tmp_path / name)]},
            )
            assert answer == outcome
        assert "certificate" in send(server.port, tls="starttls")
    assert set(server.logins) == {(b"orch", b"hunter2"), (b"orch", b"right")}
