"""Runs a program to its end, with limits of time and of output."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from orchestrator.adapters.process.bounded_output import MOST_KEPT, BoundedOutput, feed
from orchestrator.errors import MachineLacks

_AFTER_KILL = 1.0
"""Seconds for the last output of a program that was killed."""


class Ended(NamedTuple):
    """How a program ended; `exit_code` is None if it was killed at its time limit."""

    exit_code: int | None
    output: str
    errors: str


def run(
    arguments: Sequence[str],
    *,
    timeout: float,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    text: str | None = None,
    most: int = MOST_KEPT,
) -> Ended:
    """Run a program to its end, at most `timeout` seconds, without a terminal and with `text` (or nothing) as its input.

    Raises MachineLacks if the program is missing. At the time limit its whole process group is killed. At most `most`
    bytes of output, and of errors, are kept; the program is read to its end.
    """
    deadline = time.monotonic() + timeout
    try:
        child = subprocess.Popen(
            list(arguments),
            stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=None if environment is None else dict(environment),
            cwd=directory,
            start_new_session=True,
            bufsize=0,
        )
    except FileNotFoundError as missing:
        raise MachineLacks(
            f"`{arguments[0]}` cannot be run: {missing}. Install it, or correct the path."
        ) from None
    feed(child.stdin, text)
    streams = [BoundedOutput(stream, most) for stream in (child.stdout, child.stderr) if stream is not None]
    in_time = _in_time(child, streams, deadline)
    output, errors = (stream.text for stream in streams)
    return Ended(child.returncode if in_time else None, output, errors)


def _in_time(child: "subprocess.Popen[bytes]", streams: Sequence[BoundedOutput], deadline: float) -> bool:
    """Wait for its end and that of its output; else kill it and whatever is in its group."""
    try:
        ended = [stream.ended(deadline) for stream in streams]
        child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        ended = []
    except BaseException:
        _kill(child)
        raise
    if ended and all(ended):
        return True
    _kill(child)
    for stream in streams:
        stream.ended(time.monotonic() + _AFTER_KILL)
    return False


def _kill(child: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
