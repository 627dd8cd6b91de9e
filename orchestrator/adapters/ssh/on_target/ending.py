"""Ending what a run left behind on this host: asked to end, given its time, then ended, and looked for again."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from orchestrator.adapters.ssh.on_target.items import procfs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

POLL = 0.1
GRACE = 3.0
"""Seconds between the request to end and the end."""


def end_run(run: str, patience: float) -> dict[str, Any]:
    """Wait so many seconds for the run's processes, then end them; what was ended, and what is left all the same."""
    left = _after(run, patience)
    ended = len(left)
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not left:
            break
        for pid in left:
            _signal(pid, number)
        left = _after(run, GRACE)
    unasked = procfs.marked("ORCH_RUN")[1]
    return {"ended": ended, "left": [f"{pid} ({procfs.name_of(pid)})" for pid in left], "unasked": unasked}


def _after(run: str, seconds: float) -> list[int]:
    """The run's processes that are still there when the time is over; empty as soon as there is none."""
    deadline = time.monotonic() + seconds
    while True:
        left = [pid for pid, marker in procfs.marked("ORCH_RUN")[0] if marker == run]
        if not left or time.monotonic() >= deadline:
            return left
        time.sleep(POLL)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(OSError):  # it ended by itself, or is not ours to end: the look after this tells
        os.kill(pid, number)
