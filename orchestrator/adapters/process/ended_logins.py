"""Logins of OpenSSH are ended by ssh's own protocol (PROTOCOL.mux of OpenSSH)."""

import socket
import struct
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_HELLO, _VERSION, _TERMINATE = 0x00000001, 4, 0x10000005
_SECONDS = 10.0
"""Within which all logins that are ended together answer; one that does not ends by itself once nobody uses it."""
_LEAST = 1.0


def end_logins(sockets: Iterable[Path]) -> list[Path]:
    """End the logins behind these sockets; returns those already ended.

    All are asked before any is waited for: an ssh that is slow to answer, as on a busy machine, does not end where its asker
    is gone before it.
    """
    asked = [(path, _asked_to_end(path)) for path in sockets]
    over = time.monotonic() + _SECONDS
    for path, wire in asked:
        if wire is not None:
            with suppress(OSError), wire:
                wire.settimeout(max(_LEAST, over - time.monotonic()))
                while wire.recv(4096):
                    pass
        path.unlink(missing_ok=True)
    return [path for path, wire in asked if wire is None]


def _asked_to_end(path: Path) -> socket.socket | None:
    """The line to it; None where nobody listens."""
    wire = socket.socket(socket.AF_UNIX)
    try:
        wire.settimeout(_LEAST)
        wire.connect(str(path))
    except OSError:
        wire.close()
        return None
    with suppress(OSError):
        wire.sendall(_packet(_HELLO, _VERSION) + _packet(_TERMINATE, 0))
    return wire


def _packet(*numbers: int) -> bytes:
    body = struct.pack(f">{len(numbers)}I", *numbers)
    return struct.pack(">I", len(body)) + body
