"""What came for one request so far."""

from __future__ import annotations

import struct
from collections import deque
from typing import BinaryIO

from orchestrator.adapters.ansible.accelerator.endings import Ended
from orchestrator.adapters.ansible.accelerator.on_host import wire

_TOO_MUCH = 137


class Stream:
    """Outputs up to a limit in bytes, the end, and what the host asked back."""

    def __init__(self, number: int, limit: int, to: BinaryIO | None) -> None:
        self.number, self.limit, self.to = number, limit, to
        self.out: list[bytes] = []
        self.err: list[bytes] = []
        self.size = 0
        self.code: int | None = None
        self.window = wire.WINDOW
        self.asked: deque[tuple[int, bytes]] = deque()
        self.fault: OSError | None = None

    @property
    def over(self) -> bool:
        """Whether more came than may come."""
        return self.size > self.limit

    def done(self) -> bool:
        """Whether nothing more is waited for."""
        return self.code is not None or self.over or self.fault is not None

    def take(self, kind: int, content: bytes) -> None:
        """One frame; raises Nonsense."""
        if kind in (wire.OUT, wire.ERR):
            self._take_output(kind, content)
        elif kind == wire.END and len(content) >= 4:
            (self.code,) = struct.unpack_from(">i", content)
            if len(content) > 4:
                self.err.append(content[4:])
        elif kind == wire.TAKEN and len(content) == 4:
            self.window += struct.unpack(">I", content)[0]
            if self.window > wire.WINDOW:
                raise wire.Nonsense("that it took more than was sent")
        elif kind in (wire.READY, wire.NEED, wire.STALE) and not self.asked:
            self.asked.append((kind, content))
        else:
            raise wire.Nonsense(f"a frame of kind {kind} with {len(content)} bytes")

    def _take_output(self, kind: int, content: bytes) -> None:
        if kind == wire.OUT and self.to is not None:
            try:
                self.to.write(content)
            except OSError as fault:
                self.fault = fault
            return
        self.size += len(content)
        if not self.over:
            (self.out if kind == wire.OUT else self.err).append(content)

    def ended(self) -> Ended:
        """The answer; one that is too long is cut and told."""
        if self.fault is not None:
            raise self.fault
        if self.over:
            words = f"orch: the output is over {self.limit} bytes; what wrote it was ended\n"
            return Ended(_TOO_MUCH, b"".join(self.out), b"".join(self.err) + words.encode())
        return Ended(self.code or 0, b"".join(self.out), b"".join(self.err))
