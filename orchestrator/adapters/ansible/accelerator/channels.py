"""The channels of one process: one for each way that ssh takes, opened when it is first needed and again when it was lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from orchestrator.adapters.ansible.accelerator import channel


class _Slot:
    """The channel of one way; whoever comes while another thread opens it waits for that."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.channel: Any = None


class Channels:
    """Channels by ssh's command line up to the host."""

    def __init__(self, opened: Callable[..., Any] = channel.opened) -> None:
        self._opened = opened
        self._lock = threading.Lock()
        self._slots: dict[tuple[bytes, ...], _Slot] = {}

    def use(self, way: Sequence[bytes], deadline: float | None) -> Any:
        """The channel of a way. Raises channel.Lost where ssh cannot connect, channel.Overdue."""
        with self._lock:
            slot = self._slots.setdefault(tuple(way), _Slot())
        with slot.lock:
            if slot.channel is None:
                slot.channel = self._opened([os.fsdecode(word) for word in way], deadline=deadline)
            return slot.channel

    def forget(self, way: Sequence[bytes], lost: Any = None) -> None:
        """Close the channel of a way, if it is still this one [default: whichever it is]."""
        with self._lock:
            slot = self._slots.get(tuple(way))
        if slot is None:
            return
        with slot.lock:
            gone = slot.channel
            if gone is not None and lost in (None, gone):
                slot.channel = None
                _close(gone)

    def ways(self) -> list[tuple[bytes, ...]]:
        """The ways that have a channel, or had one."""
        with self._lock:
            return list(self._slots)

    def close(self) -> None:
        """Close all."""
        for way in self.ways():
            self.forget(way)


def _close(gone: Any) -> None:
    with suppress(OSError):
        gone.close()
