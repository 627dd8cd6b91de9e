"""When this process may be forked while tasks run in its threads.

A thread can hold any lock at the moment of a fork, and in the child nobody would ever release it. So threads are `inside`
while they work and `outside` while they wait for a host or sleep, and a fork is made when all are outside.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 5.0
"""Seconds that a fork waits for threads that do not come outside; what they may hold by then no rule covers."""


class Gate:
    """Who is inside, and whether somebody is about to fork."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._closed = 0
        self._own = threading.local()
        self._patience = patience

    @contextmanager
    def inside(self) -> Iterator[None]:
        """A thread works; waits while a fork is made."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """A thread waits, and holds no lock meanwhile. Nothing for a thread that is not inside."""
        if not getattr(self._own, "inside", False):
            yield
            return
        self._leave()
        try:
            yield
        finally:
            self._enter()

    def close(self) -> None:
        """Wait until all threads but this one are outside, and keep them there."""
        own = int(getattr(self._own, "inside", False))
        until = time.monotonic() + self._patience
        self._changed.acquire()
        self._closed += 1
        while self._inside > own and time.monotonic() < until:
            self._changed.wait(until - time.monotonic())

    def open(self) -> None:
        """The fork is made: all go on. The same thread that closed calls it."""
        self._closed -= 1
        self._changed.notify_all()
        self._changed.release()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The same around several forks, or around one for which more locks are taken."""
        self.close()
        try:
            yield
        finally:
            self.open()

    def renew(self) -> None:
        """In the child, which has no thread but its own."""
        own = int(getattr(self._own, "inside", False))
        self._changed = threading.Condition()
        self._inside, self._closed = own, 0

    def _enter(self) -> None:
        with self._changed:
            while self._closed:
                self._changed.wait()
            self._inside += 1
        self._own.inside = True

    def _leave(self) -> None:
        self._own.inside = False
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()


GATE = Gate()
"""That of this process."""


def put_in() -> None:
    """From now on every fork of this process goes through the gate."""
    os.register_at_fork(before=GATE.close, after_in_parent=GATE.open, after_in_child=GATE.renew)
