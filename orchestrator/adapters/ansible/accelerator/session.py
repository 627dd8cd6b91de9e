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
_SECONDS_TO_END = 2.0
_GONE = b"orch: the agent on the host ended"
_NOISE = 1 << 18
"""Bytes that a login may say before the agent does."""


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

    def greet(self, first: bytes, deadline: float | None) -> bytes:
        """Write what comes before frames, and read the first frame; raises Lost, Overdue, Nonsense.

        A login may say something before, and need not read before it has said it.
        """
        left, heard = memoryview(first), b""
        while not (frames := wire.Frames(wire.LONGEST).cut(heard.partition(wire.BOOTED)[2])):
            if len(heard) > _NOISE:
                raise wire.Nonsense("too much before a greeting")
            ready = self._either(bool(left), deadline)
            if self.to in ready:
                left = self._written(left)
            if self.come in ready:
                heard += self._next()
        if len(frames) != 1 or frames[0][0] != wire.HELLO:
            raise wire.Nonsense("something else than a greeting")
        return frames[0][2]

    def _either(self, to_write: bool, deadline: float | None) -> dict[int, int]:
        poll = select.poll()
        poll.register(self.come, select.POLLIN)
        if to_write:
            poll.register(self.to, select.POLLOUT)
        ready = dict(poll.poll(_left(deadline)))
        if not ready:
            raise Overdue
        return ready

    def _written(self, left: memoryview) -> memoryview:
        try:
            return left[os.write(self.to, left) :]
        except OSError:
            # Why it ended is met where its answer is read.
            return left[:0]

    def _next(self) -> bytes:
        piece = os.read(self.come, 1 << 16)
        if not piece:
            raise self.lose(_GONE, _SECONDS_TO_END)
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
                raise self.lose(_GONE, _SECONDS_TO_END) from None

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
                self.lose(_GONE, _SECONDS_TO_END)
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

    def lose(self, words: bytes, patience: float = 0.0) -> Lost:
        """End all of it, at once or with patience in seconds for ssh to say why; the first reason stays."""
        with self.turn:
            return self._lost_with(words, patience)

    def _lost_with(self, words: bytes, patience: float = 0.0) -> Lost:
        if self.lost is None:
            if patience == 0.0:
                self.process.kill()
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
    return bool(poll.poll(_left(deadline)))


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000


def _fd(stream: object) -> int:
    return int(stream.fileno())  # type: ignore[attr-defined]
