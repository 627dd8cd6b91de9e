"""Webhooks: the signature is checked as a receiver checks it, and chats get text without markup."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.channels import ChannelsOfHouse
from orchestrator.adapters.channels.chat_forms import SLACK_LIMIT, slack_form, teams_form
from orchestrator.domain.rules.channels import Channel
from orchestrator.engine.messaging_ports import Message, MessageText
from tests.fakes.clock import START, FakeClock
from tests.worlds.receivers import Hook, hook

TEXT = MessageText("It <b>ends</b>", "*All* is [well](http://x)\n@channel")


def send(url: str | dict[str, str], **words: Any) -> str:
    known = {"hook": Channel.model_validate({"webhook": {"url": url, **words}})}
    channels = ChannelsOfHouse(lambda: known, process.run, FakeClock(), 5.0)
    facts: dict[str, Any] = {"deployment": "d1", "hosts": ["web1"]}
    return channels.send("hook", Message("d1.3.1", "review due", (), TEXT, facts))


def genuine(posts: Hook, key: bytes) -> bool:
    """What a receiver computes, by the specification of Standard Webhooks."""
    [(fields, body)] = posts.posted
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return fields["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize(
    ("written", "key"),
    [("sesame\n", b"sesame"), (f"whsec_{base64.b64encode(bytes(range(24))).decode()}", bytes(range(24)))],
)
def test_a_receiver_can_check_the_signature(tmp_path: Path, written: str, key: bytes) -> None:
    (tmp_path / "secret").write_text(written)
    with hook() as posts:
        assert send(posts.url, secret={"file": str(tmp_path / "secret")}) == ""
    assert genuine(posts, key)
    assert not genuine(posts, key + b"x")
    [(fields, _)] = posts.posted
    assert fields["webhook-id"] == "d1.3.1"
    assert fields["webhook-timestamp"] == str(int(START.timestamp()))
    [body] = posts.bodies
    assert body["type"] == "deployment.review_due"
    assert (body["data"]["deployment"], body["data"]["subject"]) == ("d1", TEXT.subject)


def test_a_body_that_was_changed_has_no_genuine_signature(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sesame")
    with hook() as posts:
        send(posts.url, secret={"file": str(tmp_path / "secret")})
    posts.posted = [(fields, body.replace(b"d1", b"d2")) for fields, body in posts.posted]
    assert not genuine(posts, b"sesame")


@pytest.mark.parametrize(("status", "reason"), [(500, "500"), (302, "302"), (410, "410")])
def test_only_success_is_success_and_redirections_are_not_followed(
    tmp_path: Path, status: int, reason: str
) -> None:
    (tmp_path / "secret").write_text("sesame")
    with hook() as posts:
        posts.status = status
        answer = send(posts.url, secret={"file": str(tmp_path / "secret")})
    assert answer == f"the receiver answered {reason}"
    assert len(posts.posted) == 1


def test_no_reason_holds_a_secret(tmp_path: Path) -> None:
    url = tmp_path / "url"
    url.write_text("http://127.0.0.1:1/T0/secret-token\n")
    assert "secret-token" not in send({"file": str(url)}, format="slack")
    url.write_text("secret-token\n")
    assert send({"file": str(url)}, format="slack") == "the file of the URL does not hold one"
    url.write_text("secret-token\nand more\n")
    assert "secret-token" not in send({"file": str(url)}, format="slack")
    failing = {"command": ["sh", "-c", "echo secret-token; echo secret-token >&2; exit 3"]}
    assert send("http://127.0.0.1:1/", secret=failing) == "`sh` did not end well (exit code 3)"


@pytest.mark.parametrize("form", ["slack", "teams"])
def test_chats_get_their_form(tmp_path: Path, form: str) -> None:
    with hook() as posts:
        (tmp_path / "url").write_text(posts.url)
        assert send({"file": str(tmp_path / "url")}, format=form) == ""
    assert posts.bodies == [slack_form(TEXT) if form == "slack" else teams_form(TEXT)]


def test_slack_reads_no_markup_in_it() -> None:
    form: Any = slack_form(TEXT)
    assert [block["text"]["type"] for block in form["blocks"]] == ["plain_text"]
    assert form["text"] == "It &lt;b&gt;ends&lt;/b&gt;"
    long: Any = slack_form(MessageText("x", "y" * 10_000))
    assert len(long["blocks"][0]["text"]["text"]) == SLACK_LIMIT


def test_teams_reads_no_markup_in_it() -> None:
    form: Any = teams_form(TEXT)
    body = form["attachments"][0]["content"]["body"]
    assert {block["type"] for block in body} == {"RichTextBlock"}
    assert [block["inlines"][0]["text"] for block in body] == [TEXT.subject, *TEXT.body.splitlines()]
