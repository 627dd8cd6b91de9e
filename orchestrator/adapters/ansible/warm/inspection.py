"""An inspection by a fork of the zygote: what it is asked and answers, over a line of its own; the driver's end of that line.

The fork has the settings of an inspection, as the inspector in the cold would be started with them, and ends with the zygote.
What it answers is what the one in the cold would answer: the cold one is asked wherever this one says nothing whole.
"""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from orchestrator.adapters import process
from orchestrator.adapters.ansible.warm.protocol import END
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object


class TookTooLong(Exception):
    """It was ended at its time limit."""


def ask(
    hand_over: Callable[[socket.socket], None],
    question: Mapping[str, Any],
    environment: Mapping[str, str],
    directory: str,
    *,
    begins_within: float,
    timeout: float,
) -> dict[str, Any] | None:
    """Its answer; None where it did not begin, or ended without one. `hand_over` gives the zygote its end of the line.

    Raises TookTooLong after `timeout` seconds; then it is ended, with all that it started.
    """
    letter = {"question": question, "environment": dict(environment), "directory": directory}
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours:
        try:
            with its:
                hand_over(its)
            ours.settimeout(begins_within)
            root = process.identity(int(ours.recv(32) or b"0"))
            ours.settimeout(timeout)
            ours.sendall(json.dumps(letter).encode())
            ours.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):
            return None
        answer = _read(ours, root, timeout)
    try:
        return read_object(answer.removesuffix(END)) if answer.endswith(END) else None
    except ForeignJsonError:
        return None


def _read(line: socket.socket, root: process.ProcessId, timeout: float) -> bytes:
    received, deadline = bytearray(), time.monotonic() + timeout
    try:
        while True:
            line.settimeout(max(0.001, deadline - time.monotonic()))
            piece = line.recv(1 << 20)
            if not piece:
                return bytes(received)
            received += piece
    except TimeoutError:
        if process.alive(root):
            os.killpg(root.pid, signal.SIGKILL)
        raise TookTooLong from None
    except OSError:
        return b""
