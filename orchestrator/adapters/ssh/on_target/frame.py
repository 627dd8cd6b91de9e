"""How the answer travels: framed with the request's nonce, its length and its digest, so that noise and cuts are seen."""

from __future__ import annotations

from orchestrator.adapters.ssh.on_target.items import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def end_mark(nonce: str) -> bytes:
    """What stands after an answer's last byte."""
    return f"\nORCH-END {nonce}\n".encode("ascii")


def frame(nonce: str, answer: dict[str, Any]) -> bytes:
    """The bytes of an answer."""
    body = json_of(answer)
    head = f"\nORCH-ANSWER {nonce} {len(body)} {digest.of(body)}\n"
    return head.encode("ascii") + body + end_mark(nonce)


def json_of(answer: dict[str, Any]) -> bytes:
    """As `json.dumps` writes it without spaces, by the encoder it uses itself; all of json takes 8 ms to import."""
    try:
        from _json import encode_basestring_ascii, make_encoder

        # Markers of what was met, a default, the encoder of texts, indentation, separators; sort_keys, skipkeys, allow_nan.
        flags = (False, False, True)
        encoder = make_encoder({}, _refused, encode_basestring_ascii, None, ":", ",", *flags)
        return "".join(encoder(answer, 0)).encode("ascii")
    except (ImportError, TypeError):  # another Python, or something that json itself shall complain of
        import json

        return json.dumps(answer, separators=(",", ":")).encode("ascii")


def _refused(value: object) -> object:
    raise TypeError(value)
