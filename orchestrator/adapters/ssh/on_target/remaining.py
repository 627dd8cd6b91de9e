"""Looking for the processes of a deployment's runs on this host, and ending those that are to be ended."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from orchestrator.adapters.ssh.on_target.items import run_processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from orchestrator.adapters.ssh.on_target.items.run_processes import Process

POLL = 0.1
PASSING = 0.5
"""Seconds in which what a run has just ended goes away by itself."""
GRACE = 3.0
"""Seconds between the request to end and the end."""


def look(
    runs: dict[str, int], end: list[str], awaited: list[str], expected: list[str], patience: float
) -> dict[str, Any]:
    """The processes of the runs (name and epoch): those of `end` are ended, those of `awaited` get `patience` seconds.

    `expected`: names of programs that stay, and are not waited for.
    """
    left = _after(PASSING, lambda: _seek(runs))
    ending = _of(left, end)
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _of(left, end):
            break
        for process in _of(left, end):
            _end(process, number)
        left = _after(GRACE, lambda: _seek(runs), lambda processes: bool(_of(processes, end)))
    if _unexpected(left, awaited, expected):
        left = _after(
            patience,
            lambda: _seek(runs),
            lambda processes: bool(_unexpected(processes, awaited, expected)),
        )
    alive = {(process["pid"], process["unit"]) for process in left}
    return {
        "ended": [process for process in ending if (process["pid"], process["unit"]) not in alive],
        "left": left,
        "unasked": run_processes.unasked(),
    }


def _seek(runs: dict[str, int]) -> list[Process]:
    return run_processes.of(runs) + run_processes.jobs_of(runs)


def _of(processes: list[Process], runs: list[str]) -> list[Process]:
    return [process for process in processes if process["run"] in runs]


def _unexpected(processes: list[Process], runs: list[str], expected: list[str]) -> list[Process]:
    return [process for process in _of(processes, runs) if process["program"] not in expected]


def _after(seconds: float, seek: Any, goes_on: Any = bool) -> list[Process]:
    """What is there when the time is over, or as soon as the wait has no more reason."""
    deadline = time.monotonic() + seconds
    while True:
        processes: list[Process] = seek()
        if not goes_on(processes) or time.monotonic() >= deadline:
            return processes
        time.sleep(POLL)


def _end(process: Process, number: int) -> None:
    if not process["pid"]:
        run_processes.end_job(process["unit"])
        return
    with contextlib.suppress(OSError):  # it ended by itself, or is not ours to end: the look after this tells
        os.kill(process["pid"], number)
