"""Runs a child for one stream: output goes out in frames as it comes, input comes from frames, its end is the stream's."""

from __future__ import annotations

import os
import signal
import struct

from orchestrator.adapters.ansible.accelerator.on_host.guard import Guard, kill_group
from orchestrator.adapters.ansible.accelerator.on_host.loop import Loop, Outgoing, read_some
from orchestrator.adapters.ansible.accelerator.on_host.wire import END, ERR, OUT, PIECE, TAKEN, frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Protocol

    class Stream(Protocol):
        """Whoever takes what comes for one stream."""

        def take(self, content: bytes) -> None:
            """Input; none is its end."""

        def kill(self) -> None:
            """End it now."""


class Asked:
    """What an agent has: where answers go, and who takes what comes for each stream."""

    def __init__(self, answers: int) -> None:
        self.guard = Guard()
        self.loop = Loop()
        self.loop.held.add(self.guard.end)
        self.out = self.loop.main = Outgoing(self.loop, answers)
        self.streams: dict[int, Stream] = {}
        self.watch_guard()

    def watch_guard(self) -> None:
        """A guard that was killed gets a successor."""
        self.loop.children[self.guard.pid] = lambda code: self.renew_guard()

    def renew_guard(self) -> None:
        """Start another guard in place of one that ended."""
        self.loop.held.discard(self.guard.end)
        os.close(self.guard.end)
        self.guard.start()
        self.loop.held.add(self.guard.end)
        self.watch_guard()

    def answer(self, kind: int, stream: int, content: bytes = b"") -> None:
        """Send a frame to whoever asked."""
        self.out.write(frame(kind, stream, content))

    def ended(self, stream: int, code: int, words: str = "") -> None:
        """The last frame of a stream."""
        self.streams.pop(stream, None)
        self.answer(END, stream, struct.pack(">i", code) + words.encode("utf-8", "replace")[:PIECE])


class Child:
    """A child in a session of its own, in pipes or at a terminal.

    In pipes it has ended when it is gone and nobody holds its outputs, as a command of ssh has; at a terminal when it is gone.
    """

    end_words = ""
    """What is said on standard error after the end."""

    def __init__(self, asked: Asked, stream: int, body: Callable[[], int], given: bool = False) -> None:
        self.asked, self.stream = asked, stream
        self.code: int | None = None
        self.outputs: dict[int, int] = {}
        self.input: Outgoing | None = None
        self.slot = -1
        self.pid = 0
        try:
            self.begin(body, given)
        except (OSError, MemoryError) as fault:
            self.stop()
            asked.ended(stream, 71, "orch: cannot start a process: %r\n" % (fault,))
            return
        asked.streams[stream] = self
        asked.loop.children[self.pid] = self.gone

    def begin(self, body: Callable[[], int], given: bool) -> None:
        """Fork with pipes; the child never comes back."""
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        in_read, in_write = os.pipe() if given else (os.open("/dev/null", os.O_RDONLY), -1)
        ours, theirs = [out_read, err_read], [out_write, err_write, in_read]
        if in_write >= 0:
            ours.append(in_write)
        try:
            self.fork(body, (in_read, out_write, err_write), ours + theirs)
        except BaseException:
            for fd in ours:
                os.close(fd)
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        self.watch(out_read, OUT)
        self.watch(err_read, ERR)
        if in_write >= 0:
            self.input = Outgoing(self.asked.loop, in_write, self.taken)

    def fork(self, body: Callable[[], int], stdio: tuple[int, int, int], fds: list[int]) -> None:
        """Fork; in the child, run the body with these as its three first descriptors."""
        guard = self.asked.guard
        if not guard.free:
            raise OSError("%d children at once" % len(self.asked.streams))
        self.slot = guard.free.pop()
        self.pid = os.fork()
        if self.pid == 0:
            code = 71
            try:
                os.setsid()
                guard.note(self.slot, os.getpid())
                self.at_terminal(stdio[0])
                for to, fd in enumerate(stdio):
                    os.dup2(fd, to)
                for fd in set(fds):
                    if fd > 2:
                        os.close(fd)
                code = body()
            except BaseException as fault:  # noqa: BLE001 - a child must not go on with its parent's work
                os.write(2, ("orch: %r\n" % (fault,)).encode("utf-8", "replace"))
            finally:
                os._exit(code)
        guard.note(self.slot, self.pid)

    def at_terminal(self, fd: int) -> None:
        """What a child at a terminal does first."""

    def watch(self, fd: int, kind: int) -> None:
        """Send on what can be read there."""
        os.set_blocking(fd, False)
        self.outputs[fd] = kind
        self.asked.loop.read_from(fd, lambda: self.read(fd), patient=True)

    def read(self, fd: int) -> None:
        """Send on one piece, or note the end."""
        try:
            piece = read_some(fd)
        except BlockingIOError:
            return
        if piece:
            self.asked.answer(self.outputs[fd], self.stream, piece)
            return
        del self.outputs[fd]
        self.forget(fd)
        self.finish()

    def forget(self, fd: int) -> None:
        """No longer read there."""
        self.asked.loop.forget(fd)

    def taken(self, size: int) -> None:
        """Input went to the child, or nobody will read it: more may come."""
        if size:
            self.asked.answer(TAKEN, self.stream, struct.pack(">I", size))

    def take(self, content: bytes) -> None:
        """Input for the child; none is its end."""
        if self.input is None:
            self.taken(len(content))
        elif content:
            self.input.write(content)
        else:
            self.input.end()

    def gone(self, code: int) -> None:
        """The child ended; others may still hold its outputs."""
        self.code = code
        if not kill_group(self.pid, 0):
            self.release()
        if self.input is not None:
            self.input.close()
            self.input = None
        self.finish()

    def release(self) -> None:
        """Its group is no longer ours to end: what is left of it are daemons, which stay as over ssh."""
        if self.slot >= 0:
            self.asked.guard.release(self.slot)
            self.slot = -1

    def finish(self) -> None:
        """Say the end once it is one."""
        if self.code is not None and not self.outputs:
            self.release()
            self.asked.ended(self.stream, self.code, self.end_words)

    def kill(self) -> None:
        """End the child and its group, and wait for nobody who holds its outputs."""
        self.stop()
        if self.input is not None:
            self.input.close()
        for fd in list(self.outputs):
            self.forget(fd)
        self.outputs.clear()
        self.finish()

    def stop(self) -> None:
        """End the child and its group."""
        if self.pid and self.slot >= 0:
            kill_group(self.pid)
        else:
            self.release()


def as_started(signals: tuple[int, ...] = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD)) -> None:
    """Python ignores some signals; what it starts must not."""
    for number in signals:
        signal.signal(number, signal.SIG_DFL)
