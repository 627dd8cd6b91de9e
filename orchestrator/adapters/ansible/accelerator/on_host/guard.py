"""Ends the children of an agent that was killed: a second process that waits for the end of the first."""

from __future__ import annotations

import mmap
import os
import signal
import struct

_SLOT = struct.Struct("=i")
SLOTS = 1024


class Guard:
    """Process groups in memory that both processes see.

    A child holds the writing end of the pipe until it has noted itself, so none is forgotten however soon the agent dies.
    """

    def __init__(self) -> None:
        self.page = mmap.mmap(-1, SLOTS * _SLOT.size)
        self.free = list(range(SLOTS - 1, -1, -1))
        self.pid = 0
        self.end = -1
        self.start()

    def start(self) -> None:
        """Fork the process that waits."""
        waits, end = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                self._wait(waits, end)
            finally:
                os._exit(0)
        os.close(waits)
        self.pid, self.end = pid, end

    def _wait(self, waits: int, end: int) -> None:
        os.setsid()
        null = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        waits_high = 3
        if waits != waits_high:
            os.dup2(waits, waits_high)
        os.closerange(4, 1024)
        while os.read(waits_high, 512):
            pass
        for slot in range(SLOTS):
            (group,) = _SLOT.unpack_from(self.page, slot * _SLOT.size)
            if group:
                kill_group(group)

    def note(self, slot: int, group: int) -> None:
        """Who is in a slot; 0 for nobody."""
        _SLOT.pack_into(self.page, slot * _SLOT.size, group)

    def release(self, slot: int) -> None:
        """The slot is free again."""
        self.note(slot, 0)
        self.free.append(slot)


def kill_group(group: int, number: int = signal.SIGKILL) -> bool:
    """End all of a process group that this user may end; whether there is one (0 only asks)."""
    try:
        os.killpg(group, number)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
