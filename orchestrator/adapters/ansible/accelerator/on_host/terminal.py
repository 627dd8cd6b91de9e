"""A child at a terminal of its own, as `ssh -tt` gives it: one stream of output, and a hang-up at the end."""

from __future__ import annotations

import fcntl
import os
import termios

from orchestrator.adapters.ansible.accelerator.on_host.children import Child
from orchestrator.adapters.ansible.accelerator.on_host.loop import Outgoing, read_some
from orchestrator.adapters.ansible.accelerator.on_host.wire import OUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class AtTerminal(Child):
    """The kernel hangs up when the session's leader is gone, also those whom this user may not end."""

    master = -1

    def begin(self, body: Callable[[], int], given: bool) -> None:
        """Fork with a terminal for all three."""
        self.master, slave = os.openpty()
        name = os.ttyname(slave)

        def named() -> int:
            os.environ["SSH_TTY"] = name
            return body()

        try:
            self.fork(named, (slave, slave, slave), [self.master, slave])
        except BaseException:
            os.close(self.master)
            raise
        finally:
            os.close(slave)
        self.watch(self.master, OUT)
        self.input = Outgoing(self.asked.loop, self.master, self.taken)

    def at_terminal(self, fd: int) -> None:
        """The terminal controls the session."""
        fcntl.ioctl(fd, termios.TIOCSCTTY, 0)

    def take(self, content: bytes) -> None:
        """Input for whoever reads the terminal; its end ends nothing."""
        if content:
            super().take(content)

    def gone(self, code: int) -> None:
        """The leader ended: what it wrote is still there, and nobody else can write."""
        self.code = code
        if self.master in self.outputs:
            self.read_rest()
        self.finish()

    def read_rest(self) -> None:
        """Read until the terminal is empty: a daemon that still holds it is not waited for."""
        while self.master in self.outputs:
            try:
                piece = read_some(self.master)
            except BlockingIOError:
                piece = b""
            if piece:
                self.asked.answer(OUT, self.stream, piece)
            else:
                del self.outputs[self.master]
                self.forget(self.master)

    def forget(self, fd: int) -> None:
        """Reader and writer are one descriptor."""
        self.input = None
        super().forget(fd)

    def kill(self) -> None:
        """Closing the terminal hangs up."""
        self.stop()
        if self.outputs:
            self.outputs.clear()
            self.forget(self.master)
        self.finish()
