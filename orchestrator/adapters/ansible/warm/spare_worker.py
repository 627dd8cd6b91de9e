"""A worker forked ahead of its attempt: in its cgroup already, it waits for the word which attempt it is.

The kernel takes 13 to 36 ms to move a process into a cgroup, and nothing of an attempt may begin outside of it: that time
passes here while hosts are verified. Until the word comes the spare has read, marked and claimed nothing. Without one, or
where it does not answer, a worker is forked when it is needed.
"""

import os
import select
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from orchestrator.adapters import process
from orchestrator.adapters.ansible.warm.protocol import LONGEST_MESSAGE, TAKEN

LASTS = 60.0
"""Seconds after which it ends by itself: a soak can last for days."""
TAKES_WITHIN = 1.0
ENDS_WITHIN = 0.5
_NO_GROUP = b"-"

Enter = Callable[[str], Path | None]
"""How a worker comes into a cgroup of its own: the cgroup, or None where the machine does not let us have any."""


class SpareWorker:
    """At most one spare of this process; what else is forked here has nothing to do with it."""

    def __init__(self) -> None:
        self._line: socket.socket | None = None
        self._process: int | None = None
        self.dismissing = False
        # The spare has to hear when this process ends, also while the worker of an earlier attempt goes on.
        os.register_at_fork(after_in_child=self._close)

    def prepare(self, be: Callable[[Path, Enter], NoReturn], without: socket.socket) -> None:
        """Fork one, unless there is one that waits; it does not keep the socket."""
        if self._process is not None and not _ended(self._process, 0.0):
            return
        self.dismiss()
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            ours.close()
            without.close()
            _wait(its, be)
        its.close()
        self._line = ours
        with suppress(OSError):  # a kernel before 5.3: it ends with its line
            self._process = os.pidfd_open(pid)

    def take(self, path: bytes) -> bool:
        """Tell it which attempt it is; False where it does not say that it is, and there is none any more."""
        if self._line is None:
            return False
        try:
            self._line.settimeout(TAKES_WITHIN)
            with suppress(OSError):  # one that is gone may have said where it was
                self._line.sendall(path)
            group = self._line.recv(LONGEST_MESSAGE)
            answer = self._line.recv(LONGEST_MESSAGE)
            if answer == TAKEN:
                return True
            if group not in (b"", _NO_GROUP):  # it was killed; one that lives is in there, and it stays
                process.remove_cgroup(Path(os.fsdecode(group)))
        except OSError:
            pass
        finally:
            self._close()
        return False

    def dismiss(self) -> None:
        """End it, and remove its cgroup; what a signal's handler asks meanwhile is being done already."""
        if self._line is None or self.dismissing:
            return
        self.dismissing = True
        with suppress(OSError):
            # First it says where it is: ended before that, it would leave a cgroup that nobody knows of.
            self._line.settimeout(ENDS_WITHIN)
            group = self._line.recv(LONGEST_MESSAGE)
            if self._process is not None:
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
                if _ended(self._process, ENDS_WITHIN) and group not in (b"", _NO_GROUP):
                    process.remove_cgroup(Path(os.fsdecode(group)))
        self._close()
        self.dismissing = False

    def _close(self) -> None:
        line, self._line = self._line, None
        descriptor, self._process = self._process, None
        if line is not None:
            line.close()
        if descriptor is not None:
            os.close(descriptor)


def _ended(descriptor: int, seconds: float) -> bool:
    return bool(select.select([descriptor], [], [], seconds)[0])


def forget_signals() -> None:
    """In what a zygote forks: signals mean to it what they mean to any program."""
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def _wait(line: socket.socket, be: Callable[[Path, Enter], NoReturn]) -> NoReturn:
    """Be the worker of the attempt whose folder is named; end where none is, or whoever could name one is gone."""
    path = b""
    try:
        forget_signals()
        group = process.enter_cgroup(f"orch-spare-{os.getpid()}-{os.urandom(4).hex()}")
        with suppress(OSError):
            line.sendall(_NO_GROUP if group is None else os.fsencode(group))
            line.settimeout(LASTS)
            path = line.recv(LONGEST_MESSAGE)
            if path:
                line.sendall(TAKEN)
        line.close()
        if path:
            be(Path(os.fsdecode(path)), lambda _: group)
        process.leave_cgroup(group)
    finally:
        os._exit(0)
