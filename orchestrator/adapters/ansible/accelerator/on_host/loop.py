"""Waits for all that an agent waits for, in one thread: what can be read, what can be written, which child ended."""

from __future__ import annotations

import errno
import os
import select
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FULL = 1 << 20
"""Bytes that wait to be written, from which on no more output of children is read."""
_READ = select.POLLIN | select.POLLHUP | select.POLLERR


class Loop:
    """Readers and writers by descriptor, and children by process id."""

    def __init__(self) -> None:
        self.readers: dict[int, Callable[[], None]] = {}
        self.patient: set[int] = set()
        self.writers: dict[int, Outgoing] = {}
        self.waiting: set[int] = set()
        self.children: dict[int, Callable[[int], None]] = {}
        self.status = 0
        """What the kernel says of the child whose end is handed on."""
        self.held: set[int] = set()
        self.main: Outgoing | None = None
        woken, wakes = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wakes, False)
        self.held.update((woken, wakes))
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.read_from(woken, lambda: self.reap(woken))

    def read_from(self, fd: int, when: Callable[[], None], patient: bool = False) -> None:
        """Call `when` when `fd` can be read or has ended; a patient one waits while the main writer is full."""
        self.readers[fd] = when
        if patient:
            self.patient.add(fd)

    def forget(self, fd: int) -> None:
        """No longer look at `fd`, and close it."""
        self.readers.pop(fd, None)
        self.patient.discard(fd)
        self.writers.pop(fd, None)
        self.waiting.discard(fd)
        os.close(fd)

    def reap(self, woken: int) -> None:
        """Hand on the end of each child that ended."""
        try:
            while len(os.read(woken, 512)) == 512:
                pass
        except BlockingIOError:
            pass
        while self.children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            ended = self.children.pop(pid, None)
            if ended is not None:
                self.status = status
                ended(exit_code(status))

    def turn(self) -> None:
        """Wait once, and hand on what came."""
        full = self.main is not None and self.main.size > FULL
        poll = select.poll()
        for fd in self.readers:
            if not (full and fd in self.patient):
                poll.register(fd, select.POLLIN)
        for fd in self.waiting:
            poll.register(fd, select.POLLOUT | (select.POLLIN if fd in self.readers else 0))
        for fd, event in poll.poll():
            if event & _READ and fd in self.readers:
                self.readers[fd]()
            if event & ~select.POLLIN and fd in self.waiting:
                self.writers[fd].flush()

    def in_child(self) -> None:
        """Forget all, in a child that goes on with this Python."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for fd in self.held.union(self.readers, self.writers):
            # The first three are the child's own by now.
            if fd > 2:
                os.close(fd)


class Outgoing:
    """What is to be written to one descriptor, without waiting for whoever reads it."""

    def __init__(self, loop: Loop, fd: int, taken: Callable[[int], None] = lambda size: None) -> None:
        self.loop, self.fd, self.taken = loop, fd, taken
        self.pieces: list[memoryview] = []
        self.size = 0
        self.broken = self.ends = False
        os.set_blocking(fd, False)
        loop.writers[fd] = self

    def write(self, content: bytes) -> None:
        """Write it now as far as it can be, and the rest when it can."""
        if self.broken:
            self.taken(len(content))
            return
        self.pieces.append(memoryview(content))
        self.size += len(content)
        if len(self.pieces) == 1:
            self.flush()

    def end(self) -> None:
        """Close it after what is still to be written."""
        self.ends = True
        if not self.pieces:
            self.flush()

    def flush(self) -> None:
        """Write what can be written now."""
        try:
            while self.pieces:
                size = os.write(self.fd, self.pieces[0])
                self.size -= size
                self.taken(size)
                if size == len(self.pieces[0]):
                    self.pieces.pop(0)
                else:
                    self.pieces[0] = self.pieces[0][size:]
        except BlockingIOError:
            self.loop.waiting.add(self.fd)
            return
        except OSError:
            self.broken, left, self.size, self.pieces = True, self.size, 0, []
            self.taken(left)
        self.loop.waiting.discard(self.fd)
        if self.ends or self.broken:
            self.close()

    def close(self) -> None:
        """Close it now."""
        self.broken = True
        # The number may be another's by now.
        if self.loop.writers.get(self.fd) is self:
            self.loop.writers.pop(self.fd)
            self.loop.waiting.discard(self.fd)
            if self.fd not in self.loop.readers:
                os.close(self.fd)


def exit_code(status: int) -> int:
    """As a shell tells it: 128 and the signal where one ended the child."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def signal_words(status: int) -> str:
    """What a shell prints of a child that a signal ended; nothing of those that it takes for granted (dash(1), `jobs.c`)."""
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) in (signal.SIGINT, signal.SIGPIPE):
        return ""
    dumped = " (core dumped)" if os.WCOREDUMP(status) else ""
    return "%s%s\n" % (signal.strsignal(os.WTERMSIG(status)), dumped)


def read_some(fd: int) -> bytes:
    """What can be read; nothing at the end, and where a terminal has nobody left."""
    try:
        return os.read(fd, 65536)
    except OSError as fault:
        if fault.errno in (errno.EIO, errno.ECONNRESET):
            return b""
        raise
