"""Streams of frames over the input and output of one process: whoever waits first reads for all who wait."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Callable
from threading import Condition, Lock
from typing import BinaryIO

from orchestrator.adapters.ansible.accelerator.endings import Lost, NoAgent, Overdue
from orchestrator.adapters.ansible.accelerator.on_host import wire
from orchestrator.adapters.ansible.accelerator.on_host.loader import OLD_PYTHON
from orchestrator.adapters.ansible.accelerator.program import NO_PYTHON
from orchestrator.adapters.ansible.accelerator.stream import Stream

_LAST_WORDS = 65536
_SECONDS_TO_END = 5.0


class Session:
    """Threads of one process use it; a fork of the process must not."""

    def __init__(self, process: subprocess.Popen[bytes], errors: BinaryIO) -> None:
        self.process, self.errors = process, errors
        self.to, self.come = _fd(process.stdin), _fd(process.stdout)
        os.set_blocking(self.to, False)
        self.frames = wire.Frames(wire.LONGEST)
        self.streams: dict[int, Stream] = {}
        self.left: set[int] = set()
        self.last = 0
        self.lost: Lost | None = None
        self.reading = False
        self.turn = Condition(Lock())
        self.writing = Lock()
        self.pid = os.getpid()

    def opened(self, limit: int, to: BinaryIO | None = None) -> Stream:
        """A stream that nothing was asked on yet; `limit` is bytes of output."""
        with self.turn:
            self.last += 1
            stream = self.streams[self.last] = Stream(self.last, limit, to)
            return stream

    def owned(self) -> None:
        """A fork reads what its parent waits for."""
        if os.getpid() != self.pid:
            raise RuntimeError("a channel serves the process that opened it")

    def alive(self) -> None:
        """Raises Lost once it is."""
        if self.lost is not None:
            raise type(self.lost)(self.lost.code, self.lost.err)

    def send(self, kind: int, stream: int, content: bytes = b"", deadline: float | None = None) -> None:
        """Write one frame; raises Lost, Overdue."""
        self.owned()
        if not self.writing.acquire(
            timeout=-1 if deadline is None else max(0.0, deadline - time.monotonic())
        ):
            raise Overdue
        try:
            self.alive()
            self._write(wire.frame(kind, stream, content), deadline)
        finally:
            self.writing.release()

    def write_first(self, content: bytes, deadline: float | None) -> None:
        """What comes before frames; an ssh that ends meanwhile is met when its answer is read."""
        with self.writing, contextlib.suppress(Lost):
            self._write(content, deadline)

    def read_greeting(self, deadline: float | None) -> bytes:
        """The first frame, after whatever a login says; raises Lost, Overdue, Nonsense."""
        noise = b""
        while wire.BOOTED not in noise:
            noise = noise[-len(wire.BOOTED) :] + self._next(deadline)
        frames = self.frames.cut(noise.partition(wire.BOOTED)[2])
        while not frames:
            frames = self.frames.cut(self._next(deadline))
        if len(frames) != 1 or frames[0][0] != wire.HELLO:
            raise wire.Nonsense("something else than a greeting")
        return frames[0][2]

    def _next(self, deadline: float | None) -> bytes:
        piece = self._piece(deadline)
        if piece is None:
            raise Overdue
        if not piece:
            raise self.lose(b"orch: the agent on the host ended")
        return piece

    def _write(self, letter: bytes, deadline: float | None) -> None:
        left = memoryview(letter)
        while left:
            try:
                left = left[os.write(self.to, left) :]
            except BlockingIOError:
                if not _ready(self.to, select.POLLOUT, deadline):
                    # Half a frame is written: nothing can follow it.
                    if len(left) < len(letter):
                        self.lose(b"orch: the host reads nothing")
                    raise Overdue from None
            except OSError:
                raise self.lose(b"orch: the agent on the host ended") from None

    def wait(self, ready: Callable[[], bool], deadline: float | None = None) -> None:
        """Read until it is so; raises Lost, Overdue."""
        self.owned()
        with self.turn:
            while not ready():
                self.alive()
                if deadline is not None and time.monotonic() >= deadline:
                    raise Overdue
                if self.reading:
                    self.turn.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))
                else:
                    self._read_for_all(deadline)

    def _read_for_all(self, deadline: float | None) -> None:
        self.reading = True
        self.turn.release()
        piece: bytes | None = b""
        try:
            piece = self._piece(deadline)
        finally:
            self.turn.acquire()
            self.reading = False
            self.turn.notify_all()
        if piece is None:
            return
        if not piece:
            self.turn.release()
            try:
                self.lose(b"orch: the agent on the host ended")
            finally:
                self.turn.acquire()
            return
        try:
            self.take(self.frames.cut(piece))
        except wire.Nonsense as fault:
            self._lost_with(f"orch: the host sent {fault}".encode())

    def _piece(self, deadline: float | None) -> bytes | None:
        if not _ready(self.come, select.POLLIN, deadline):
            return None
        try:
            return os.read(self.come, 1 << 16)
        except OSError:
            return b""

    def take(self, frames: list[tuple[int, int, bytes]]) -> None:
        """Hand each frame to its stream; raises Nonsense where nobody asked."""
        for kind, number, content in frames:
            stream = self.streams.get(number)
            if stream is not None:
                stream.take(kind, content)
                if stream.code is not None:
                    del self.streams[number]
            elif number not in self.left:
                raise wire.Nonsense(f"an answer to request {number}, which is not open")
            elif kind == wire.END:
                self.left.discard(number)

    def leave(self, stream: Stream) -> None:
        """Nobody waits for this stream any more: what runs for it is ended."""
        with self.turn:
            if self.streams.pop(stream.number, None) is None:
                return
            self.left.add(stream.number)
        with contextlib.suppress(Lost, Overdue):
            self.send(wire.KILL, stream.number, deadline=time.monotonic() + _SECONDS_TO_END)

    def lose(self, words: bytes) -> Lost:
        """End all of it; the first reason stays."""
        with self.turn:
            return self._lost_with(words)

    def _lost_with(self, words: bytes) -> Lost:
        if self.lost is None:
            self.lost = self._ended(words)
            self.turn.notify_all()
        return self.lost

    def _ended(self, words: bytes) -> Lost:
        code = _end(self.process)
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - _LAST_WORDS))
        err = self.errors.read()
        if code in (NO_PYTHON, OLD_PYTHON) and self.last == 0:
            return NoAgent(code, err)
        return Lost(code, err or words)

    def close(self) -> None:
        """Let go of the process: the agent sees the end of its input."""
        with self.turn:
            if self.lost is None:
                self.lost = Lost(0, b"orch: the channel is closed")
            self.turn.notify_all()
        with contextlib.suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()

    def reap(self) -> None:
        """Wait until the process has ended, or end it."""
        _end(self.process)
        if self.process.stdout is not None and not self.reading:
            self.process.stdout.close()
        self.errors.close()


def _end(process: subprocess.Popen[bytes]) -> int:
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
    try:
        return process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _ready(fd: int, event: int, deadline: float | None) -> bool:
    poll = select.poll()
    poll.register(fd, event)
    left = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
    return bool(poll.poll(left))


def _fd(stream: object) -> int:
    return int(stream.fileno())  # type: ignore[attr-defined]
