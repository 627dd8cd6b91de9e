"""Bounded waiting, and the lab's only clock."""

import time
from collections.abc import Callable

LOOK_EVERY = 0.03


def within(seconds: float, condition: Callable[[], bool], *, every: float = LOOK_EVERY) -> bool:
    """Whether the condition came true within that many seconds; it is checked at least once."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def now() -> float:
    """Seconds since boot, the clock of process start times."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
