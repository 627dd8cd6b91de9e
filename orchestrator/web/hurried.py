"""HTTP/1.1 of uvicorn with one bound more: the head of a request comes in time, or its connection is closed."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN = 20.0
"""Seconds from the connection, or from the first byte after an answer, until the whole head of a request is there."""


class HurriedProtocol(H11Protocol):
    """Slow heads keep others out: there are only so many connections at a time (OWASP, slow HTTP attacks)."""

    head_within = HEAD_WITHIN
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Of asyncio: the time runs."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Of asyncio: a complete head ends the time; whatever comes after an answer begins it anew."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Of asyncio."""
        self._ended()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self._answering():
            self._ended()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.head_within, self._too_slow)

    def _ended(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        if not self._answering():
            self.transport.close()

    def _answering(self) -> bool:
        """Whether a whole head is there, and its answer is not complete; before the first head there is no cycle."""
        return bool(self.cycle) and not self.cycle.response_complete
