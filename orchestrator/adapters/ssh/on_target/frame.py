"""How the answer travels: framed with the request's nonce, its length and its digest, so that noise and cuts are seen."""

from __future__ import annotations

import hashlib
import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class BadFrame(Exception):
    """The output holds no whole answer; says in words what is wrong with it."""


def end_mark(nonce: str) -> bytes:
    """What stands after an answer's last byte."""
    return f"\nORCH-END {nonce}\n".encode("ascii")


def frame(nonce: str, answer: dict[str, Any]) -> bytes:
    """The bytes of an answer."""
    body = json.dumps(answer, separators=(",", ":")).encode("ascii")
    head = f"\nORCH-ANSWER {nonce} {len(body)} {hashlib.sha256(body).hexdigest()}\n"
    return head.encode("ascii") + body + end_mark(nonce)


def unframe(nonce: str, output: bytes) -> dict[str, Any]:
    """The answer in a program's output, whatever stands before and after it. Raises BadFrame."""
    pattern = rb"^ORCH-ANSWER " + re.escape(nonce.encode("ascii")) + rb" (\d{1,12}) ([0-9a-f]{64})\n"
    heads = list(re.finditer(pattern, output, re.MULTILINE))
    if len(heads) != 1:
        raise BadFrame(
            "there is no answer in the output" if not heads else "there is more than one answer in the output"
        )
    head = heads[0]
    length = int(head[1])
    body = output[head.end() : head.end() + length]
    if len(body) != length:
        raise BadFrame(f"the answer was cut off after {len(body)} of {length} bytes")
    if hashlib.sha256(body).hexdigest() != head[2].decode("ascii"):
        raise BadFrame("the answer was changed on the way: its digest does not match")
    if not output.startswith(end_mark(nonce), head.end() + length):
        raise BadFrame("the answer's end mark is missing")
    answer = json.loads(body)
    if not isinstance(answer, dict):
        raise BadFrame("the answer is not a JSON object")
    return answer
