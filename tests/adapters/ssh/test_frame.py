"""Answers that were cut, changed, doubled or surrounded by noise."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.adapters.ssh.on_target.frame import frame, json_of
from orchestrator.adapters.ssh.unframe import BadFrame, unframe

NONCE = "5f3a"
ANSWER = {"items": ["ä", "\udc80", 1, None], "end": True}
WHOLE = frame(NONCE, ANSWER)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\udc80"),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
BODY_AT = WHOLE.index(b"{")

noise = st.binary(max_size=200).filter(lambda data: b"ORCH-ANSWER" not in data)


@given(before=noise, after=noise)
def test_noise_around_is_tolerated(before: bytes, after: bytes) -> None:
    assert unframe(NONCE, before + WHOLE + after) == ANSWER


@given(st.integers(min_value=0, max_value=len(WHOLE) - 1))
def test_any_cut_is_seen(length: int) -> None:
    with pytest.raises(BadFrame):
        unframe(NONCE, WHOLE[:length])


@given(st.integers(min_value=BODY_AT, max_value=BODY_AT + len(json.dumps(ANSWER)) - 12), st.integers(1, 255))
def test_any_changed_byte_is_seen(place: int, flip: int) -> None:
    changed = bytearray(WHOLE)
    changed[place] ^= flip
    with pytest.raises(BadFrame):
        unframe(NONCE, bytes(changed))


@given(st.integers(min_value=BODY_AT + 1, max_value=len(WHOLE) - 2), st.binary(min_size=1, max_size=9))
def test_noise_in_the_middle_is_seen(place: int, stray: bytes) -> None:
    with pytest.raises(BadFrame):
        unframe(NONCE, WHOLE[:place] + stray + WHOLE[place:])


@given(st.dictionaries(st.text(), anything))
def test_an_answer_is_written_as_json_writes_it(answer: dict[str, object]) -> None:
    assert json_of(answer) == json.dumps(answer, separators=(",", ":")).encode()


def test_what_is_no_json_is_complained_of_as_json_does() -> None:
    with pytest.raises(TypeError, match="bytes is not JSON serializable"):
        json_of({"a": b""})


REFUSED = [
    ("nothing", b"", "there is no answer"),
    ("another's answer", frame("beef", ANSWER), "there is no answer"),
    ("two answers", WHOLE + WHOLE, "more than one answer"),
    ("cut", WHOLE[:-60], "cut off after"),
    ("without its end", WHOLE[: WHOLE.rindex(b"\nORCH-END")], "end mark is missing"),
    ("changed", WHOLE.replace(b"true", b"TRUE"), "digest does not match"),
]


@pytest.mark.parametrize(("output", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_wrong_is_told(output: bytes, words: str) -> None:
    with pytest.raises(BadFrame, match=words):
        unframe(NONCE, output)
