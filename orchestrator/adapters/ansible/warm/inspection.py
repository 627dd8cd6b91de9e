"""An inspection by a fork of the zygote: what it is asked and answers, over a line of its own; both ends of that line.

The fork has the settings of an inspection, as the inspector in the cold would be started with them, and ends with the zygote.
What it answers is what the one in the cold would answer: the cold one is asked wherever this one says nothing whole.
"""

import gc
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from orchestrator.adapters import process
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object

OF_AN_INSPECTION = ("INVENTORY_ENABLED", "DEFAULT_LOCAL_TMP")
"""What an inspection sets otherwise than runs do, of that which Ansible keeps where it is imported."""
_END = b"\n"
"""After an answer that is whole; JSON of ours holds none."""


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
        return read_object(answer.removesuffix(_END)) if answer.endswith(_END) else None
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


def answer(line: socket.socket) -> None:
    """In the fork: read the question, be an inspector of these settings in this folder, answer."""
    from ansible import constants

    from orchestrator.adapters.ansible import inspector

    os.set_inheritable(line.fileno(), False)  # noqa: FBT003 - its own signature
    line.sendall(str(os.getpid()).encode())
    letter = json.loads(line.makefile("rb").read())
    os.environ.clear()
    os.environ.update(letter["environment"])
    os.chdir(letter["directory"])
    sys.argv = ["ansible-playbook"]
    for name in OF_AN_INSPECTION:
        setattr(constants, name, constants.config.get_config_value(name))
    gc.freeze()
    gc.enable()
    line.sendall(json.dumps(inspector.answer(letter["question"])).encode() + _END)
