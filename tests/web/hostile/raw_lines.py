"""Bytes over a connection of their own, for requests that no client of HTTP would make."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from urllib.parse import urlsplit


def connected(address: str, *, within: float = 30.0) -> socket.socket:
    """A connection to the service at this address."""
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=within)


def raw(address: str, sent: bytes, *, then: float = 30.0) -> bytes:
    """What the server answers to these bytes; it may leave the line open for another request."""
    with connected(address, within=then) as line:
        line.sendall(sent)
        answer = b""
        with suppress(TimeoutError):
            while part := line.recv(65536):
                answer += part
                line.settimeout(0.5)
        return answer


def answers_in(received: bytes) -> list[bytes]:
    """The status lines of the answers in it; one begins wherever the body before it ends."""
    return re.findall(rb"HTTP/1\.1 \d{3} [^\r]*", received)
