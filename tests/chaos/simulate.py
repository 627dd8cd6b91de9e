"""Simulated deployments by the ten thousand: the real core in simulated worlds, a seed for each."""

import gc
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.simulation.oracle import broken
from tests.simulation.run import run
from tests.simulation.scenario import Scenario

CHUNK = 250
LONGEST = 20
"""Seconds of computing after which a simulated deployment is taken for one that never ends, however busy the machine is."""


@dataclass
class Tally:
    """What came of some seeds."""

    seeds: int = 0
    deployments: int = 0
    """As many as seeds, and one more where a rival begins a second one on the same hosts."""
    seconds: float = 0.0
    computing: float = 0.0
    """Seconds of one core, however many were at work."""
    outcomes: Counter[str] = field(default_factory=Counter)
    injected: Counter[tuple[str, str]] = field(default_factory=Counter)
    ended: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: list[tuple[int, str]] = field(default_factory=list)


def simulate(seeds: int, *, first: int = 0, jobs: int = 2) -> Tally:
    """Every seed from `first` on, in processes side by side."""
    began = time.monotonic()
    total = Tally()
    starts = range(first, first + seeds, CHUNK)
    with ProcessPoolExecutor(jobs) as pool:
        for tally in pool.map(_some, starts, [min(s + CHUNK, first + seeds) for s in starts]):
            total.seeds += tally.seeds
            total.deployments += tally.deployments
            total.computing += tally.computing
            total.outcomes += tally.outcomes
            total.injected += tally.injected
            total.ended += tally.ended
            total.broken += tally.broken
    total.seconds = time.monotonic() - began
    return total


def _some(first: int, beyond: int) -> Tally:
    # What is there now stays, and nearly all that a seed makes is gone with it: looking for more takes a sixth of the time.
    gc.collect()
    gc.freeze()
    gc.disable()
    tally, began = Tally(), time.process_time()
    for seed in range(first, beyond):
        scenario = Scenario(seed)
        tally.seeds += 1
        try:
            with _at_most(LONGEST):
                deployment = run(scenario)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            tally.broken.append((seed, f"{type(error).__name__}: {error}"[:200]))
            continue
        tally.deployments += len(scenario.journal.deployments())
        tally.outcomes[deployment.state.value] += 1
        tally.injected += scenario.world.injected
        tally.ended.update((fault, deployment.state.value) for fault, _ in scenario.world.injected)
        words = {re.sub(r"\S+\.(\d+-(deploy|backout))", r"\1", word) for word in broken(scenario, deployment)}
        tally.broken += [(seed, word) for word in sorted(words)]
    tally.computing = time.process_time() - began
    return tally


class NoEnd(BaseException):
    """Nothing in the core catches it."""


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    def over(number: int, frame: object) -> None:
        raise NoEnd(f"no end within {seconds} s of computing")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
