"""Who becomes another user is followed line by line, as Ansible's ssh connection does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.ansible.accelerator.dialogue import Next, Talk
from orchestrator.adapters.ansible.accelerator.greeting import Hello, greeted
from orchestrator.adapters.ansible.accelerator.on_host.wire import Nonsense
from orchestrator.adapters.ansible.accelerator.requests import Dialogue

WAIT, SEND, GO, NO = Next.WAIT, Next.SEND_PASSWORD, Next.GO_ON, Next.REFUSED


def kind_of(line: bytes) -> str:
    """As the sudo plugin of Ansible tells lines apart."""
    for words, kind in (
        (b"[sudo] password:", "prompt"),
        (b"BECOME-SUCCESS-x", "success"),
        (b"Sorry, try again", "incorrect"),
        (b"a password is required", "missing"),
    ):
        if words in line:
            return kind
    return ""


AGAIN = b"Sorry, try again\n"
# password, what is heard, what is to be done after each, what is kept of both outputs
TALKS = [
    (b"p", [("err", b"[sudo] password:"), ("out", b"BECOME-SUCCESS-x\n")], [SEND, GO], b"", b""),
    (b"p", [("err", b"lecture\n[sudo] password:"), ("out", b"BECOME-SUCCESS-x\r\nmore")], [SEND, GO], b"more", b"lecture\n"),
    (b"p", [("out", b"BECOME-SUCCESS-x\n")], [GO], b"", b""),
    (b"p", [("err", b"[sudo] password:"), ("err", b"Sorry, try again\n[sudo] password:")], [SEND, NO], b"", AGAIN),
    (b"p", [("err", b"[sudo] password:"), ("err", b"\n[sudo] password:")], [SEND, NO], b"", b"\n"),
    (None, [("err", b"sudo: a password is required\n")], [NO], b"", b"sudo: a password is required\n"),
    (None, [("err", b"[sudo] password:")], [NO], b"", b""),
    (None, [("out", b"BECOME-"), ("out", b"SUCCESS-x\n")], [WAIT, GO], b"", b""),
    (b"p", [("err", b"[sudo] pass"), ("err", b"word:"), ("out", b"hi\nBECOME-SUCCESS-x\n")], [WAIT, SEND, GO], b"hi\n", b""),
    (None, [("out", b"sh: python: not found\n")], [WAIT], b"sh: python: not found\n", b""),
]  # fmt: skip


@pytest.mark.parametrize(("password", "heard", "following", "out", "err"), TALKS)
def test_a_talk(
    password: bytes | None, heard: list[tuple[str, bytes]], following: list[Next], out: bytes, err: bytes
) -> None:
    talk = Talk(Dialogue(kind_of, password))
    assert [talk.hear(source, piece) for source, piece in heard] == following
    assert (talk.left("out"), talk.left("err")) == (out, err)


@given(
    st.lists(
        st.sampled_from([b"a\n", b"[sudo] password:", b"BECOME-SUCCESS-x\n", b"Sorry, try again.\n", b"b"])
    )
)
def test_a_password_is_sent_once_at_most(pieces: list[bytes]) -> None:
    talk = Talk(Dialogue(kind_of, b"p"))
    following = []
    for piece in pieces:
        following.append(talk.hear("err", piece))
        if following[-1] in (GO, NO):
            break
    assert following.count(SEND) <= 1


WHOLE = (
    b"0123456789abcdef0123456789abcdef\0b6683f48-1839-466a-b4e3-ee491b9958d8\0root\x000\x003.8.18\0\n\r\r\n"
)


def test_a_greeting_says_who_and_where() -> None:
    assert greeted(WHOLE) == Hello(
        "0123456789abcdef0123456789abcdef",
        "b6683f48-1839-466a-b4e3-ee491b9958d8",
        "root",
        0,
        "3.8.18",
        b"\n\r\r\n",
    )


# Machines without these files are machines.
def test_a_container_has_no_machine_id() -> None:
    assert greeted(b"\0\0a\x001\x003.13.0\0magi").machine == ""


SPOILT = [
    b"",
    WHOLE + b"\n",
    WHOLE.replace(b"root", b""),
    WHOLE.replace(b"root", b"r\x1b[2Jt"),
    WHOLE.replace(b"root", b"r\noot"),
    WHOLE.replace(b"root", b"r" * 300),
    WHOLE.replace(b"0123", b"../."),
    WHOLE.replace(b"\x000\x00", b"\x00-1\x00"),
    WHOLE.replace(b"3.8.18", b"2.7.18"),
    WHOLE.replace(b"b6683f48", b"B6683f48"),
]


@pytest.mark.parametrize("content", SPOILT)
def test_a_greeting_that_is_none_is_nonsense(content: bytes) -> None:
    with pytest.raises(Nonsense):
        greeted(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_greeting_or_nonsense(content: bytes) -> None:
    try:
        assert greeted(content).user.isprintable()
    except Nonsense:
        return
