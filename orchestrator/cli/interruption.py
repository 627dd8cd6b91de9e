"""Ctrl-C while driving: the first pauses at the next safe point, the second leaves at once. The deployment survives both.

SIGINT is blocked, and a separate thread waits for it, so that no key press interrupts a transaction or a check. Child
processes inherit the block, so the same key press does not interrupt them.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import TracebackType

from orchestrator.errors import ExitCode

LOOK_EVERY = 0.1


class Interruption:
    """A context in which the first Ctrl-C calls `pause`, and the second calls `leave` and ends this process."""

    def __init__(self, pause: Callable[[], None], leave: Callable[[], None]) -> None:
        self._pause = pause
        self._leave = leave
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="ctrl-c", daemon=True)
        self._before: set[int | signal.Signals] = set()

    def __enter__(self) -> Interruption:
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(timeout=5 * LOOK_EVERY)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)

    def _wait(self) -> None:
        pressed = 0
        while not self._over.is_set():
            # Not sigtimedwait: after Ctrl-Z and fg, Python's returns as if SIGINT had come.
            if signal.SIGINT not in signal.sigpending():
                self._over.wait(LOOK_EVERY)
                continue
            signal.sigwait({signal.SIGINT})
            pressed += 1
            if pressed == 1:
                threading.Thread(target=self._pause, name="pause", daemon=True).start()
            else:
                self._leave()
                os._exit(ExitCode.INTERRUPTED)  # nothing is awaited: the journal is whole at any moment
