"""A host that does not speak as the agent does is lost, soon and in words, and takes nothing with it."""

from __future__ import annotations

import io
import sys
import time

import pytest

from orchestrator.adapters.ansible.accelerator.channel import Channel, Lost, Module, Overdue, Start, opened

HOST = """
import marshal, os, struct, sys, time
def exactly(n):
    whole = b""
    while len(whole) < n:
        piece = os.read(0, n - len(whole))
        if not piece: sys.exit(0)
        whole += piece
    return whole
def say(whole):
    while whole: whole = whole[os.write(1, whole):]
def frame(kind, stream, content=b""): return struct.pack(">IBI", len(content), kind, stream) + content
def request():
    length, kind, stream = struct.unpack(">IBI", exactly(9))
    return kind, stream, exactly(length)
HELLO, OUT, ERR, TAKEN, READY, NEED, STALE, END = range(101, 109)
MARK = b"orch-agent-booted\\n"
GREETING = frame(HELLO, 0, b"\\0\\0eve\\x000\\x003.11.2\\0magi")
def greet():
    exactly(int.from_bytes(exactly(4), "big"))
    say(MARK + GREETING)
"""

# what the host does before it has greeted, and words of the loss
AT_ONCE = [
    ("say(b'a' * (1 << 22)); time.sleep(60)", "too much before a greeting"),
    (
        "say(MARK + struct.pack('>IBI', 1 << 30, HELLO, 0)); time.sleep(60)",
        "a frame of kind 101 with 1073741824 bytes",
    ),
    ("say(MARK + frame(HELLO, 0, b'x' * 4096)); time.sleep(60)", "a greeting that is none"),
    ("say(MARK + frame(END, 1, b'abcd')); time.sleep(60)", "something else than a greeting"),
    ("say(MARK + GREETING + GREETING); time.sleep(60)", "something else than a greeting"),
    ("say(MARK[:-1]); sys.exit(3)", "the agent on the host ended"),
    ("say(MARK + GREETING[:-1]); sys.exit(3)", "the agent on the host ended"),
    ("import signal; os.kill(os.getpid(), signal.SIGKILL)", "the agent on the host ended"),
]

# what it answers to the first request, and words of the loss
LATER = [
    ("say(frame(END, stream + 1, b'abcd'))", "an answer to request 2, which is not open"),
    ("say(frame(END, 0, b'abcd'))", "an answer to request 0, which is not open"),
    ("say(frame(END, stream, b'abc'))", "a frame of kind 108 with 3 bytes"),
    ("say(struct.pack('>IBI', 1 << 31, OUT, stream))", "a frame of kind 101|102 with 2147483648 bytes"),
    ("say(b'\\xff' * 100)", "a frame of kind 255"),
    ("say(GREETING)", "an answer to request 0"),
    ("say(frame(TAKEN, stream, b'\\xff\\xff\\xff\\xff'))", "took more than was sent"),
    ("say(frame(READY, stream, b'x' * 8) * 2)", "a frame of kind 105"),
    ("say(frame(OUT, stream, b'x')[:-1]); sys.exit(0)", "the agent on the host ended"),
    ("say(frame(kind, stream, content))", "a frame of kind 1 "),
]


def hostile(text: str, seconds: float = 20.0) -> Channel:
    """A channel to a host with this program."""
    return opened([sys.executable, "-IS", "-c", HOST + text], time.monotonic() + seconds)


@pytest.mark.parametrize(("text", "words"), AT_ONCE)
def test_no_channel_comes_of_a_false_greeting(text: str, words: str) -> None:
    with pytest.raises(Lost, match=words):
        hostile(text)


@pytest.mark.parametrize(("text", "words"), LATER)
def test_a_false_answer_ends_the_channel(text: str, words: str) -> None:
    channel = hostile(f"greet()\nkind, stream, content = request()\n{text}\ntime.sleep(60)\n")
    for _ in range(2):
        with pytest.raises(Lost, match=words):
            channel.run("true", deadline=time.monotonic() + 20)
    channel.close()


def test_an_answer_that_comes_twice_ends_the_channel() -> None:
    channel = hostile(
        "greet()\nwhile True:\n kind, stream, content = request()\n say(frame(END, stream, bytes(4)) * 2)\n"
    )
    with pytest.raises(Lost, match="an answer to request 1, which is not open"):
        asked_often(channel)
    channel.close()


def test_an_endless_answer_is_cut() -> None:
    channel = hostile(
        "greet()\nkind, stream, content = request()\nwhile True: say(frame(OUT, stream, b'x' * 65536))\n"
    )
    ended = channel.run("true", deadline=time.monotonic() + 20, limit=1_000_000)
    assert (ended.code, len(ended.out) <= 1_000_000) == (137, True)
    channel.close()


def test_a_host_that_reads_nothing_is_overdue() -> None:
    channel = hostile("greet()\ntime.sleep(60)\n")
    with pytest.raises(Overdue):
        channel.put("/a", 0o600, io.BytesIO(b"x" * 1_000_000), time.monotonic() + 0.5)
    with pytest.raises((Lost, Overdue)):
        asked_often(channel, "x" * 1_000_000)
    channel.close()


def test_a_host_that_answers_nothing_is_overdue() -> None:
    channel = hostile("greet()\nwhile True: request()\n")
    for _ in range(2):
        with pytest.raises(Overdue):
            channel.run("true", deadline=time.monotonic() + 0.3)
    channel.close()


def asked_often(channel: Channel, line: str = "true") -> None:
    for _ in range(3):
        channel.run(line, deadline=time.monotonic() + 5)


NAMES = {"a.b": "digest"}
READY = "request(); say(frame(READY, 1, b'magi0000')); request(); "
EACH_OLD = """
for n in range(40):
    kind, stream, content = request()
    if kind == 3: say(frame(READY, stream, b"magi0000"))
    if kind == 4: say(frame(STALE, stream))
"""
# what it answers to START, MODULE and so on, and words of the loss
TO_MODULES = [
    ("request(); say(frame(STALE, 1))", "no word of an interpreter"),
    ("request(); say(frame(READY, 1, b'123'))", "no word of an interpreter"),
    (READY + "say(frame(NEED, 2, b'other'))", "code that is not the module's"),
    (READY + "say(frame(NEED, 2, b'\\xff'))", "code that is not the module's"),
    (READY + "say(frame(READY, 2, b'magi0000'))", "no word of the module's code"),
    (EACH_OLD, "calls each of them old"),
]


@pytest.mark.parametrize(("text", "words"), TO_MODULES)
def test_a_false_interpreter_ends_the_channel(text: str, words: str) -> None:
    channel = hostile(f"greet()\n{text}\ntime.sleep(60)\n")
    with pytest.raises(Lost, match=words):
        channel.run_module(
            Start("key", "line"), Module("a.b", NAMES, b"", ""), lambda digests: {}, time.monotonic() + 20
        )
    channel.close()
