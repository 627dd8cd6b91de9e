"""Frames are cut wherever their pieces end, and what is none is refused before it is read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.ansible.accelerator.endings import Ended
from orchestrator.adapters.ansible.accelerator.on_host import wire
from orchestrator.adapters.ansible.accelerator.stream import Stream

KINDS = st.sampled_from(sorted(wire.LONGEST))
FRAMES = st.lists(st.tuples(KINDS, st.integers(0, 2**32 - 1), st.binary(max_size=300)), max_size=8).map(
    lambda frames: [(kind, stream, content[: wire.LONGEST[kind]]) for kind, stream, content in frames]
)


def pieces(whole: bytes, cuts: list[int]) -> Iterator[bytes]:
    """The bytes in pieces."""
    places = sorted({0, len(whole), *(cut % (len(whole) + 1) for cut in cuts)})
    for begin, end in pairwise(places):
        yield whole[begin:end]


@given(FRAMES, st.lists(st.integers(0, 10_000), max_size=20))
def test_frames_come_back_however_they_are_cut(frames: list[tuple[int, int, bytes]], cuts: list[int]) -> None:
    reader = wire.Frames(wire.LONGEST)
    whole = b"".join(wire.frame(*frame) for frame in frames)
    assert [frame for piece in pieces(whole, cuts) for frame in reader.cut(piece)] == frames
    assert not reader.rest


@given(st.integers(0, 2**32 - 1), st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_a_frame_that_is_too_long_is_refused_by_its_head(length: int, kind: int, stream: int) -> None:
    reader = wire.Frames(wire.LONGEST)
    head = wire.HEAD.pack(length, kind, stream)
    if length > wire.LONGEST.get(kind, -1):
        with pytest.raises(wire.Nonsense):
            reader.cut(head)
    else:
        assert reader.cut(head) == ([] if length else [(kind, stream, b"")])


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40)), max_size=30))
def test_a_stream_takes_any_frames_or_calls_them_nonsense(frames: list[tuple[int, bytes]]) -> None:
    stream = Stream(1, 100, None)
    try:
        for kind, content in frames:
            stream.take(kind, content)
    except wire.Nonsense:
        return
    assert sum(map(len, stream.out + stream.err)) <= 100 + 40
    assert stream.window <= wire.WINDOW


# frames, and how the request ended
ENDS = [
    ([(wire.END, b"\0\0\0\3")], Ended(3, b"", b"")),
    ([(wire.OUT, b"a"), (wire.ERR, b"b"), (wire.OUT, b"c"), (wire.END, b"\0\0\0\0")], Ended(0, b"ac", b"b")),
    ([(wire.END, b"\0\0\0\x47no room")], Ended(71, b"", b"no room")),
    ([(wire.END, b"\xff\xff\xff\xff")], Ended(-1, b"", b"")),
]


@pytest.mark.parametrize(("frames", "ended"), ENDS)
def test_a_request_ends_as_its_last_frame_says(frames: list[tuple[int, bytes]], ended: Ended) -> None:
    stream = Stream(1, 100, None)
    for kind, content in frames:
        assert not stream.done()
        stream.take(kind, content)
    assert stream.ended() == ended


NONSENSE = [
    [(wire.END, b"\0\0\0")],
    [(wire.TAKEN, b"")],
    [(wire.TAKEN, b"\0\0\0\1")],
    [(wire.HELLO, b"")],
    [(wire.READY, b"12345678"), (wire.READY, b"12345678")],
    [(wire.NEED, b"a"), (wire.STALE, b"")],
    [(wire.RUN, b"")],
]


@pytest.mark.parametrize("frames", NONSENSE)
def test_what_no_host_would_send_is_nonsense(frames: list[tuple[int, bytes]]) -> None:
    stream = Stream(1, 100, None)
    for kind, content in frames[:-1]:
        stream.take(kind, content)
    with pytest.raises(wire.Nonsense):
        stream.take(*frames[-1])


def test_an_answer_over_the_limit_is_cut_and_says_so() -> None:
    stream = Stream(1, 10, None)
    stream.take(wire.OUT, b"12345678")
    assert not stream.done()
    stream.take(wire.OUT, b"9abcdefgh")
    assert stream.done()
    assert stream.ended() == Ended(
        137, b"12345678", b"orch: the output is over 10 bytes; what wrote it was ended\n"
    )
