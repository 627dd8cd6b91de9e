"""Many rollouts, on labs that stand side by side."""

import os
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

from orchestrator.lab.fleet import Lab, take_down
from tests.chaos.real.faults import FAULTS, Fault, pairs
from tests.chaos.real.rollout import Rollout, roll_out
from tests.chaos.real.site import HOSTS

Say = Callable[[Rollout], None]


def chosen(count: int, seed: int) -> list[tuple[Fault, str]]:
    """Faults and phases for so many rollouts: each fault first once, then every pair, then all again in another order."""
    draw = random.Random(seed)
    every = pairs()
    draw.shuffle(every)
    first = [next(pair for pair in every if pair[0] is fault) for fault in FAULTS]
    order = first + [pair for pair in every if pair not in first]
    while len(order) < count:
        draw.shuffle(every)
        order += every
    return order[:count]


def on_real_hosts(
    work: Sequence[tuple[Fault, str]],
    seed: int,
    labs: int = 2,
    prefix: str = "",
    say: Say = lambda done: None,
    accelerate: str | None = None,
) -> tuple[list[Rollout], float]:
    """Every fault in its phase; the rollouts in the order in which they ended, and the seconds it took in all.

    `accelerate`: how they deploy [default: it is drawn].
    """
    began = time.monotonic()
    names = [f"{prefix or f'chaos-{os.getpid()}'}-{n}" for n in range(labs)]
    free: Queue[Lab] = Queue()
    done: list[Rollout] = []

    def roll_out_next(number: int, fault: Fault, phase: str) -> None:
        lab = free.get()
        try:
            rollout = roll_out(lab, fault, phase, f"{seed}:{number}", accelerate)
        finally:
            free.put(lab)
        done.append(rollout)
        say(rollout)

    try:
        for name in names:
            free.put(Lab.up(name, len(HOSTS)))
        pool = ThreadPoolExecutor(labs)
        try:
            for ended in [
                pool.submit(roll_out_next, n, fault, phase) for n, (fault, phase) in enumerate(work)
            ]:
                ended.result()
        finally:
            pool.shutdown(cancel_futures=True)  # those that run are waited for, the others are not begun
    finally:
        for name in names:
            take_down(name)
    return done, time.monotonic() - began
