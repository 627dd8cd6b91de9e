"""Logins that are ended by ssh's own protocol: what listens is a real socket, and slow, as ssh is on a busy machine."""

from __future__ import annotations

import socket
import struct
import threading
import time
from pathlib import Path

from orchestrator.adapters.process import end_logins

HELLO = struct.pack(">III", 8, 0x00000001, 4)
TERMINATE = 0x10000005
DELAY = 1.5


def slow_ssh(path: Path, got: list[int], delay: float) -> threading.Thread:
    """Says hello after a while, as ssh does, and ends when it is asked to by somebody who still hears it."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()

    def serve() -> None:
        wire, _ = listening.accept()
        time.sleep(delay)
        try:
            wire.sendall(HELLO)
            wire.recv(12)
            got.append(struct.unpack(">III", wire.recv(12))[1])
        except OSError:
            got.append(0)
        wire.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def test_slow_logins_are_ended_all_at_once_and_a_dead_one_is_removed(tmp_path: Path) -> None:
    got: list[int] = []
    paths = [tmp_path / f"{number}" for number in range(3)]
    serving = [slow_ssh(path, got, DELAY) for path in paths]
    (tmp_path / "dead").touch()
    began = time.monotonic()
    assert end_logins([*paths, tmp_path / "dead"]) == [tmp_path / "dead"]
    for thread in serving:
        thread.join()
    assert got == [TERMINATE] * 3
    assert time.monotonic() - began < 3 * DELAY
    assert list(tmp_path.iterdir()) == []
