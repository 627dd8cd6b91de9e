"""An answer taken out of its frame (on_target/frame.py), and what is wrong with one that is not whole."""

import hashlib
import re
from itertools import islice
from typing import Any

from orchestrator.adapters.ssh.on_target.frame import end_mark
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object


class BadFrame(Exception):
    """The output holds no whole answer; says in words what is wrong with it."""


def unframe(nonce: str, output: bytes) -> dict[str, Any]:
    """The answer in a program's output, whatever stands before and after it. Raises BadFrame."""
    pattern = rb"^ORCH-ANSWER " + re.escape(nonce.encode("ascii")) + rb" (\d{1,12}) ([0-9a-f]{64})\n"
    heads = list(islice(re.finditer(pattern, output, re.MULTILINE), 2))
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
    try:
        return read_object(body)
    except ForeignJsonError as error:
        raise BadFrame(f"the host's answer makes no sense: {error}") from None
