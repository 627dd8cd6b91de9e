"""The login agent's end of an interpreter: until it is ready it is a child like others, then it carries frames."""

from __future__ import annotations

import struct

from orchestrator.adapters.ansible.accelerator.on_host import wire
from orchestrator.adapters.ansible.accelerator.on_host.children import Child
from orchestrator.adapters.ansible.accelerator.on_host.loop import read_some

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestrator.adapters.ansible.accelerator.on_host.login import Login

_LAST_WORDS = 4096


class Carried:
    """A stream of a module that runs in an interpreter."""

    def __init__(self, interpreter: Started, stream: int) -> None:
        self.interpreter, self.stream = interpreter, stream

    def take(self, content: bytes) -> None:
        """A module has no input."""

    def kill(self) -> None:
        """Ask the interpreter to end it."""
        self.interpreter.send(wire.KILL, self.stream)


class Started(Child):
    """An interpreter; of what it sends only frames of its own streams are carried on."""

    def __init__(self, login: Login, stream: int, number: int, body: Callable[[], int]) -> None:
        self.login, self.number = login, number
        self.ready = self.booted = self.closing = False
        self.lines = b""
        self.words = b""
        self.frames = wire.Frames(wire.LONGEST)
        self.carried: set[int] = set()
        super().__init__(login, stream, body, given=True)

    def read(self, fd: int) -> None:
        """What it says before it is ready goes to the controller: prompts, refusals, faults."""
        if not self.booted and self.outputs[fd] == wire.OUT:
            self.read_to_mark(fd)
        elif self.booted and self.outputs[fd] == wire.OUT:
            self.read_frames(fd)
        elif self.ready:
            self.keep_words(fd)
        else:
            super().read(fd)

    def read_to_mark(self, fd: int) -> None:
        """Send on all but the mark; after it, the program goes in."""
        piece = self.piece(fd)
        if piece is None:
            return
        self.lines += piece
        before, mark, after = self.lines.partition(wire.BOOTED)
        if mark:
            self.booted = True
            if before:
                self.login.answer(wire.OUT, self.stream, before[-wire.PIECE :])
            self.take(self.login.program)
            self.cut(after)
        else:
            keep = len(wire.BOOTED)
            if len(self.lines) > keep:
                self.login.answer(wire.OUT, self.stream, self.lines[:-keep])
                self.lines = self.lines[-keep:]

    def piece(self, fd: int) -> bytes | None:
        """What can be read; at the end, None and no more of it."""
        try:
            piece = read_some(fd)
        except BlockingIOError:
            return None
        if piece:
            return piece
        if not self.booted and self.lines:
            self.login.answer(wire.OUT, self.stream, self.lines)
        del self.outputs[fd]
        self.forget(fd)
        self.lost()
        self.finish()
        return None

    def read_frames(self, fd: int) -> None:
        """Carry on what it answers."""
        piece = self.piece(fd)
        if piece is not None:
            self.cut(piece)

    def cut(self, piece: bytes) -> None:
        """Carry on the frames that are whole; an interpreter that sends others is ended."""
        try:
            for kind, stream, content in self.frames.cut(piece):
                self.carry(kind, stream, content)
        except wire.Nonsense as fault:
            self.words += b"orch: the interpreter sent " + str(fault).encode() + b"\n"
            self.kill()
            self.lost()

    def carry(self, kind: int, stream: int, content: bytes) -> None:
        """One frame of it."""
        if kind == wire.READY and not self.ready:
            self.ready = True
            self.login.answer(kind, self.stream, content)
            self.login.streams.pop(self.stream, None)
        elif stream in self.carried and kind in (wire.OUT, wire.ERR, wire.NEED, wire.STALE, wire.END):
            if kind in (wire.STALE, wire.END):
                self.drop(stream)
            self.login.answer(kind, stream, content)

    def keep_words(self, fd: int) -> None:
        """What it says beside frames explains its end, if it comes early."""
        piece = self.piece(fd)
        if piece is not None:
            self.words = (self.words + piece)[-_LAST_WORDS:]

    def hand_on(self, kind: int, stream: int, content: bytes) -> None:
        """A request for it, or code for one."""
        self.carried.add(stream)
        self.login.streams[stream] = Carried(self, stream)
        self.send(kind, stream, content)

    def send(self, kind: int, stream: int, content: bytes = b"") -> None:
        """A frame for it."""
        if self.input is not None:
            self.input.write(wire.frame(kind, stream, content))

    def taken(self, size: int) -> None:
        """Nobody counts what goes to an interpreter."""

    def drop(self, stream: int) -> None:
        """A stream is done."""
        self.carried.discard(stream)
        self.login.streams.pop(stream, None)
        self.close_when_done()

    def close(self) -> None:
        """End it when its modules have ended."""
        self.closing = True
        self.close_when_done()

    def close_when_done(self) -> None:
        """The end of its input ends it."""
        if self.closing and not self.carried and self.input is not None:
            self.input.end()

    def lost(self) -> None:
        """It ended under its modules: none of them goes on."""
        self.login.interpreters.pop(self.number, None)
        self.ready, carried = self.ready, sorted(self.carried)
        self.carried.clear()
        for stream in carried:
            self.login.streams.pop(stream, None)
            self.login.answer(wire.ERR, stream, b"orch: the interpreter of this module ended\n" + self.words)
            self.login.answer(wire.END, stream, struct.pack(">i", 137))

    def finish(self) -> None:
        """Before it was ready its end is the answer to whoever wanted it."""
        if self.code is not None and not self.outputs:
            self.lost()
            if not self.ready:
                self.login.ended(self.stream, self.code)
