"""An ansible-playbook that was forked from a zygote and waits for the worker of an attempt, which is no parent of it.

The worker says over the line what is to be run, and into which cgroup it is to go. Before it says that it is ready, this
process carries the mark of the attempt and is in that cgroup: whatever ends the attempt finds it.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any

from orchestrator.adapters.ansible.warm import prompter
from orchestrator.adapters.ansible.warm.protocol import HELD, LENGTH
from orchestrator.adapters.process.own_process import enter, remark


def wait_and_play(line: socket.socket) -> None:
    """Take the letter, be held, wait for the cue, and be ansible-playbook; returns where any of it cannot be."""
    letter, output = _letter(line)
    if letter is None or not remark(letter["mark"]) or not enter(letter["cgroup"]):
        return
    line.sendall(HELD)
    with os.fdopen(output, "wb") as file:
        prompter.wait_and_play(line, letter["arguments"], letter["environment"], letter["project"], file)


def _letter(line: socket.socket) -> tuple[dict[str, Any] | None, int]:
    """What the worker says, and the descriptor for output; None where it went away."""
    beginning, descriptors, _, _ = socket.recv_fds(line, LENGTH, 1)
    if len(beginning) < LENGTH or not descriptors:
        return None, -1
    content, length = bytearray(), int.from_bytes(beginning, "big")
    while len(content) < length:
        piece = line.recv(min(1 << 16, length - len(content)))
        if not piece:
            return None, -1
        content += piece
    return json.loads(bytes(content)), descriptors[0]
