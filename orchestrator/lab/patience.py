"""Waiting, bounded: the lab's only clock."""

import time
from collections.abc import Callable

LOOK_EVERY = 0.03


def within(seconds: float, condition: Callable[[], bool], *, every: float = LOOK_EVERY) -> bool:
    """Whether the condition came true in that many seconds; asked at least once, then again and again."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def now() -> float:
    """Seconds since the machine booted, the clock that process start times are written in."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
