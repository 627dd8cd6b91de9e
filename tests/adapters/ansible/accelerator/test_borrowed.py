"""The process of a task asks its parent for channels."""

from __future__ import annotations

import signal
import threading
from collections.abc import Collection, Iterator
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ansible.accelerator import channel
from orchestrator.adapters.ansible.accelerator.borrowed import Borrowed, Lender
from orchestrator.adapters.ansible.accelerator.channels import Channels

WAY = (b"ssh", b"web1")
HELLO = channel.Hello("a" * 32, "b" * 36, "deploy", 1000, "3.11.2", b"abcd")
START = channel.Start("key", "line")
CODE = channel.Code(package=False, text="x = 1", compiled=None)


class Host:
    """A channel that answers with what it was asked."""

    hello = HELLO

    def __init__(self) -> None:
        self.deadlines: list[float | None] = []

    def run(self, line: bytes, given: bytes, terminal: object, deadline: float | None, dialogue: Any) -> Any:
        self.deadlines.append(deadline)
        if line == b"wrong":
            raise ValueError(line)
        if line == b"away":
            raise channel.Lost(255, b"gone")
        if line == b"late":
            raise channel.Overdue
        return channel.Ended(3, line + given, b"")

    def put(self, path: str, mode: int, content: Any, deadline: float | None) -> Any:
        return channel.Ended(0, b"%s %o " % (path.encode(), mode) + content.read(), b"")

    def run_module(self, start: Any, module: Any, code_of: Any, deadline: float | None) -> Any:
        codes = code_of(sorted(module.names.values()))
        return channel.Ended(0, repr([start.key, sorted(codes)]).encode(), b"")

    def close(self) -> None:
        """Nothing."""


@pytest.fixture
def lent() -> Iterator[tuple[Borrowed, Host]]:
    ours, theirs = Pipe()
    host = Host()
    thread = threading.Thread(target=Lender(Channels(lambda words, deadline: host), ours).serve)
    thread.start()
    yield Borrowed(theirs), host
    theirs.close()
    thread.join(10)
    assert not thread.is_alive()


def test_a_borrowed_channel_does_what_the_channel_does(lent: tuple[Borrowed, Host], tmp_path: Path) -> None:
    used = lent[0].use(WAY, None)
    assert used.hello == HELLO
    assert used.run(b"line", b"given", terminal=False) == channel.Ended(3, b"linegiven", b"")
    file = tmp_path / "file"
    file.write_bytes(b"content")
    with file.open("rb") as content:
        assert used.put("/there", 0o640, content, None).out == b"/there 640 content"


def test_the_code_of_a_module_comes_from_whoever_asks(lent: tuple[Borrowed, Host]) -> None:
    asked: list[Collection[str]] = []

    def code_of(digests: Collection[str]) -> dict[str, Any]:
        asked.append(digests)
        return dict.fromkeys(digests, CODE)

    module = channel.Module("m", {"m": "d1", "n": "d2"}, b"{}", "legacy")
    ended = lent[0].use(WAY, None).run_module(START, module, code_of)
    assert ended.out == b"['key', ['d1', 'd2']]"
    assert asked == [["d1", "d2"]]


def test_what_a_channel_raises_is_raised(lent: tuple[Borrowed, Host]) -> None:
    used = lent[0].use(WAY, None)
    with pytest.raises(channel.Lost) as lost:
        used.run(b"away", b"", terminal=False)
    assert (lost.value.code, lost.value.err) == (255, b"gone")
    with pytest.raises(channel.Overdue):
        used.run(b"late", b"", terminal=False)
    with pytest.raises(OSError, match="ValueError"):
        used.run(b"wrong", b"", terminal=False)
    assert used.run(b"again", b"", terminal=False).out == b"again"


def test_the_alarm_of_a_process_is_a_deadline_there(lent: tuple[Borrowed, Host]) -> None:
    used = lent[0].use(WAY, None)
    signal.setitimer(signal.ITIMER_REAL, 1000)
    try:
        used.run(b"line", b"", terminal=False)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    used.run(b"line", b"", terminal=False)
    assert [deadline is not None for deadline in lent[1].deadlines] == [True, False]


def test_an_answer_that_nobody_waits_for_is_passed_over() -> None:
    ours, theirs = Pipe()
    borrowed = Borrowed(theirs)
    ours.send((0, "ended", "of an earlier request"))
    ours.send((1, "ended", "of this one"))
    assert borrowed.ask("run") == "of this one"
